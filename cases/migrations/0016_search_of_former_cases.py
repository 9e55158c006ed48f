"""Cases written before the search box are found by the telephone and the address of their household too."""

from django.db import migrations

ADD = r"""
UPDATE cases_tenantcase c
SET search_text = concat_ws(' ', NULLIF(c.search_text, ''),
    NULLIF(regexp_replace(regexp_replace(h.phone, '^\s*(\+33|0033)', '0'), '[^0-9]', '', 'g'), ''),
    NULLIF(search_fold(h.email), ''))
FROM cases_household h
WHERE h.case_id = c.id AND c.anonymised_on IS NULL AND (h.phone <> '' OR h.email <> '')
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_search")]
    operations = [migrations.RunSQL(sql=ADD, reverse_sql=migrations.RunSQL.noop)]
