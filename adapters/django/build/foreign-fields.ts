import { integer, type Value } from "../../../src/script/value.ts";

/** A field of a package whose source is not in the project: which field of Django has its column. `none`: it has no column. */
export interface ForeignField {
  readonly like: string;
  readonly options?: Readonly<Record<string, Value>>;
}

function varchar(length: number): ForeignField {
  return { like: "CharField", options: { max_length: integer(length) } };
}

/** Fields of packages, by their path as migrations write it. */
export const foreignFields: Readonly<Record<string, ForeignField | undefined>> = {
  "phonenumber_field.modelfields.PhoneNumberField": varchar(128),
  "django_countries.fields.CountryField": varchar(2),
  "timezone_field.fields.TimeZoneField": varchar(63),
  "colorfield.fields.ColorField": varchar(25),
  "colorful.fields.RGBColorField": varchar(7),
  "localflavor.us.models.USStateField": varchar(2),
  "model_utils.fields.AutoCreatedField": { like: "DateTimeField" },
  "model_utils.fields.AutoLastModifiedField": { like: "DateTimeField" },
  "model_utils.fields.MonitorField": { like: "DateTimeField" },
  "model_utils.fields.StatusField": varchar(100),
  "model_utils.fields.UUIDField": { like: "UUIDField" },
  "model_utils.fields.SplitField": { like: "TextField" },
  "mptt.fields.TreeForeignKey": { like: "ForeignKey" },
  "mptt.fields.TreeOneToOneField": { like: "OneToOneField" },
  "mptt.fields.TreeManyToManyField": { like: "ManyToManyField" },
  "taggit.managers.TaggableManager": { like: "none" },
  "taggit.TaggableManager": { like: "none" },
  "django.contrib.contenttypes.fields.GenericForeignKey": { like: "none" },
  "django.contrib.contenttypes.fields.GenericRelation": { like: "none" },
  "jsonfield.fields.JSONField": { like: "TextField" },
  "django_extensions.db.fields.CreationDateTimeField": { like: "DateTimeField" },
  "django_extensions.db.fields.ModificationDateTimeField": { like: "DateTimeField" },
  "django_extensions.db.fields.AutoSlugField": { like: "SlugField" },
  "django_extensions.db.fields.json.JSONField": { like: "TextField" },
  "autoslug.fields.AutoSlugField": { like: "SlugField" },
  "djmoney.models.fields.MoneyField": { like: "DecimalField" },
  "djmoney.models.fields.CurrencyField": varchar(3),
  "sorl.thumbnail.fields.ImageField": { like: "ImageField" },
  "easy_thumbnails.fields.ThumbnailerImageField": { like: "ImageField" },
  "imagekit.models.fields.ProcessedImageField": { like: "ImageField" },
  "versatileimagefield.fields.VersatileImageField": { like: "ImageField" },
  "ckeditor.fields.RichTextField": { like: "TextField" },
  "ckeditor_uploader.fields.RichTextUploadingField": { like: "TextField" },
  "tinymce.models.HTMLField": { like: "TextField" },
  "markdownx.models.MarkdownxField": { like: "TextField" },
  "django_jsonform.models.fields.ArrayField": { like: "ArrayField" },
  "netfields.fields.InetAddressField": { like: "GenericIPAddressField" },
  "django_fsm.FSMField": varchar(50),
  "django_fsm.FSMIntegerField": { like: "IntegerField" },
  "multiselectfield.db.fields.MultiSelectField": { like: "CharField" },
  "wagtail.fields.RichTextField": { like: "TextField" },
  "wagtail.fields.StreamField": { like: "TextField" },
  "modelcluster.fields.ParentalKey": { like: "ForeignKey" },
  "modelcluster.fields.ParentalManyToManyField": { like: "ManyToManyField" },
  "parler.fields.TranslationsForeignKey": { like: "ForeignKey" },
  "simple_history.models.HistoricForeignKey": { like: "ForeignKey" },
  "encrypted_model_fields.fields.EncryptedCharField": { like: "TextField" },
  "encrypted_model_fields.fields.EncryptedTextField": { like: "TextField" },
  "fernet_fields.fields.EncryptedTextField": { like: "BinaryField" },
  "django_cryptography.fields.EncryptedTextField": { like: "BinaryField" },
};
