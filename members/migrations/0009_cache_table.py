"""The table of Django's database cache, where attempts at sign-in are counted without Redis.

`createcachetable` would make it only where no Redis is set; here it exists everywhere.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("members", "0008_session_records")]

    operations = [
        migrations.RunSQL(
            sql=[
                "CREATE TABLE ales_cache (cache_key varchar(255) NOT NULL PRIMARY KEY,"
                " value text NOT NULL, expires timestamp with time zone NOT NULL)",
                "CREATE INDEX ales_cache_expires ON ales_cache (expires)",
            ],
            reverse_sql=["DROP TABLE ales_cache"],
        )
    ]
