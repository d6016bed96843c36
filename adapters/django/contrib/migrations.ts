/**
 * The migrations of Django's own applications as far as a database sees them, in the form in which a project has its own: the same since Django 3.2 up to 5.2
 * (`django/contrib/<app>/migrations`). What changes nothing in a database is an empty migration here; `auth.0011` moves permissions of proxy models, which no
 * empty database has before the end of `migrate`.
 */
interface ContribMigration {
  readonly app: string;
  readonly name: string;
  readonly dependencies?: string;
  readonly operations?: string;
}

const key = '("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))';
const next = (app: string, name: string): string => `("${app}", "${name}")`;

const all: readonly ContribMigration[] = [
  {
    app: "contenttypes",
    name: "0001_initial",
    operations: `migrations.CreateModel(name="ContentType", fields=[${key},
        ("name", models.CharField(max_length=100)),
        ("app_label", models.CharField(max_length=100)),
        ("model", models.CharField(max_length=100))], options={"db_table": "django_content_type"}),
      migrations.AlterUniqueTogether(name="contenttype", unique_together={("app_label", "model")})`,
  },
  {
    app: "contenttypes",
    name: "0002_remove_content_type_name",
    dependencies: next("contenttypes", "0001_initial"),
    operations: `migrations.AlterField(model_name="contenttype", name="name", field=models.CharField(max_length=100, null=True)),
      migrations.RunSQL(migrations.RunSQL.noop, 'UPDATE "django_content_type" SET "name" = "model"'),
      migrations.RemoveField(model_name="contenttype", name="name")`,
  },
  {
    app: "auth",
    name: "0001_initial",
    dependencies: next("contenttypes", "__first__"),
    operations: `migrations.CreateModel(name="Permission", fields=[${key},
        ("name", models.CharField(max_length=50)),
        ("content_type", models.ForeignKey(on_delete=models.CASCADE, to="contenttypes.ContentType")),
        ("codename", models.CharField(max_length=100))], options={"unique_together": {("content_type", "codename")}}),
      migrations.CreateModel(name="Group", fields=[${key},
        ("name", models.CharField(max_length=80, unique=True)),
        ("permissions", models.ManyToManyField(blank=True, to="auth.Permission"))]),
      migrations.CreateModel(name="User", fields=[${key},
        ("password", models.CharField(max_length=128)),
        ("last_login", models.DateTimeField(default=timezone.now)),
        ("is_superuser", models.BooleanField(default=False)),
        ("username", models.CharField(max_length=30, unique=True)),
        ("first_name", models.CharField(blank=True, max_length=30)),
        ("last_name", models.CharField(blank=True, max_length=30)),
        ("email", models.EmailField(blank=True, max_length=75)),
        ("is_staff", models.BooleanField(default=False)),
        ("is_active", models.BooleanField(default=True)),
        ("date_joined", models.DateTimeField(default=timezone.now)),
        ("groups", models.ManyToManyField(blank=True, related_name="user_set", to="auth.Group")),
        ("user_permissions", models.ManyToManyField(blank=True, related_name="user_set", to="auth.Permission"))], options={"swappable": "AUTH_USER_MODEL"})`,
  },
  {
    app: "auth",
    name: "0002_alter_permission_name_max_length",
    dependencies: next("auth", "0001_initial"),
    operations: 'migrations.AlterField(model_name="permission", name="name", field=models.CharField(max_length=255))',
  },
  {
    app: "auth",
    name: "0003_alter_user_email_max_length",
    dependencies: next("auth", "0002_alter_permission_name_max_length"),
    operations: 'migrations.AlterField(model_name="user", name="email", field=models.EmailField(blank=True, max_length=254))',
  },
  { app: "auth", name: "0004_alter_user_username_opts", dependencies: next("auth", "0003_alter_user_email_max_length") },
  {
    app: "auth",
    name: "0005_alter_user_last_login_null",
    dependencies: next("auth", "0004_alter_user_username_opts"),
    operations: 'migrations.AlterField(model_name="user", name="last_login", field=models.DateTimeField(blank=True, null=True))',
  },
  {
    app: "auth",
    name: "0006_require_contenttypes_0002",
    dependencies: `${next("auth", "0005_alter_user_last_login_null")}, ${next("contenttypes", "0002_remove_content_type_name")}`,
  },
  { app: "auth", name: "0007_alter_validators_add_error_messages", dependencies: next("auth", "0006_require_contenttypes_0002") },
  {
    app: "auth",
    name: "0008_alter_user_username_max_length",
    dependencies: next("auth", "0007_alter_validators_add_error_messages"),
    operations: 'migrations.AlterField(model_name="user", name="username", field=models.CharField(max_length=150, unique=True))',
  },
  {
    app: "auth",
    name: "0009_alter_user_last_name_max_length",
    dependencies: next("auth", "0008_alter_user_username_max_length"),
    operations: 'migrations.AlterField(model_name="user", name="last_name", field=models.CharField(blank=True, max_length=150))',
  },
  {
    app: "auth",
    name: "0010_alter_group_name_max_length",
    dependencies: next("auth", "0009_alter_user_last_name_max_length"),
    operations: 'migrations.AlterField(model_name="group", name="name", field=models.CharField(max_length=150, unique=True))',
  },
  {
    app: "auth",
    name: "0011_update_proxy_permissions",
    dependencies: `${next("auth", "0010_alter_group_name_max_length")}, ${next("contenttypes", "0002_remove_content_type_name")}`,
  },
  {
    app: "auth",
    name: "0012_alter_user_first_name_max_length",
    dependencies: next("auth", "0011_update_proxy_permissions"),
    operations: 'migrations.AlterField(model_name="user", name="first_name", field=models.CharField(blank=True, max_length=150))',
  },
  {
    app: "admin",
    name: "0001_initial",
    dependencies: `migrations.swappable_dependency(settings.AUTH_USER_MODEL), ${next("contenttypes", "__first__")}`,
    operations: `migrations.CreateModel(name="LogEntry", fields=[${key},
        ("action_time", models.DateTimeField(auto_now=True)),
        ("object_id", models.TextField(blank=True, null=True)),
        ("object_repr", models.CharField(max_length=200)),
        ("action_flag", models.PositiveSmallIntegerField()),
        ("change_message", models.TextField(blank=True)),
        ("content_type", models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, to="contenttypes.ContentType")),
        ("user", models.ForeignKey(on_delete=models.CASCADE, to=settings.AUTH_USER_MODEL))], options={"db_table": "django_admin_log"})`,
  },
  { app: "admin", name: "0002_logentry_remove_auto_add", dependencies: next("admin", "0001_initial") },
  { app: "admin", name: "0003_logentry_add_action_flag_choices", dependencies: next("admin", "0002_logentry_remove_auto_add") },
  {
    app: "sessions",
    name: "0001_initial",
    operations: `migrations.CreateModel(name="Session", fields=[
        ("session_key", models.CharField(max_length=40, primary_key=True, serialize=False)),
        ("session_data", models.TextField()),
        ("expire_date", models.DateTimeField(db_index=True))], options={"db_table": "django_session"})`,
  },
  {
    app: "sites",
    name: "0001_initial",
    operations: `migrations.CreateModel(name="Site", fields=[${key},
        ("domain", models.CharField(max_length=100)),
        ("name", models.CharField(max_length=50))], options={"db_table": "django_site"})`,
  },
  {
    app: "sites",
    name: "0002_alter_domain_unique",
    dependencies: next("sites", "0001_initial"),
    operations: 'migrations.AlterField(model_name="site", name="domain", field=models.CharField(max_length=100, unique=True))',
  },
  {
    app: "flatpages",
    name: "0001_initial",
    dependencies: next("sites", "0001_initial"),
    operations: `migrations.CreateModel(name="FlatPage", fields=[${key},
        ("url", models.CharField(db_index=True, max_length=100)),
        ("title", models.CharField(max_length=200)),
        ("content", models.TextField(blank=True)),
        ("enable_comments", models.BooleanField(default=False)),
        ("template_name", models.CharField(blank=True, max_length=70)),
        ("registration_required", models.BooleanField(default=False)),
        ("sites", models.ManyToManyField(to="sites.Site"))], options={"db_table": "django_flatpage"})`,
  },
  {
    app: "redirects",
    name: "0001_initial",
    dependencies: next("sites", "0001_initial"),
    operations: `migrations.CreateModel(name="Redirect", fields=[${key},
        ("site", models.ForeignKey(on_delete=models.CASCADE, to="sites.Site")),
        ("old_path", models.CharField(db_index=True, max_length=200)),
        ("new_path", models.CharField(blank=True, max_length=200))],
        options={"db_table": "django_redirect", "unique_together": {("site", "old_path")}})`,
  },
  { app: "redirects", name: "0002_alter_redirect_new_path_help_text", dependencies: next("redirects", "0001_initial") },
];

const header = "from django.conf import settings\nfrom django.db import migrations, models\nfrom django.utils import timezone\n";

/** A migration of one of Django's own applications, as a file. */
export interface ContribFile {
  readonly app: string;
  readonly name: string;
  /** Where Django keeps it. */
  readonly path: string;
  readonly text: string;
}

const files = all.map(({ app, name, dependencies = "", operations = "" }): ContribFile => ({
  app,
  name,
  path: `django/contrib/${app}/migrations/${name}.py`,
  text: `${header}\nclass Migration(migrations.Migration):\n    dependencies = [${dependencies}]\n    operations = [${operations}]\n`,
}));

/** The migrations of one of Django's own applications, in their order; none for any other application. */
export function contribFiles(app: string): readonly ContribFile[] {
  return files.filter((file) => file.app === app);
}
