# Runs a project's migrations with the ActiveRecord of this machine: `ruby rails-migrate.rb PROJECT URL [ROLLBACK]`.
require "active_record"
require "pathname"

project, url, steps = ARGV
module Rails
  def self.root = Pathname.new(ARGV[0])
end

inflections = File.join(project, "config", "initializers", "inflections.rb")
load inflections if File.exist?(inflections)
ActiveRecord::Base.establish_connection(url)
ActiveRecord::Migration.verbose = false
context = ActiveRecord::MigrationContext.new(File.join(project, "db", "migrate"), ActiveRecord::SchemaMigration)
steps ? context.rollback(steps.to_i) : context.migrate
puts ActiveRecord.version
