"""A file is opened by its audience in its organisation; the production queue sees jobs and files."""

from django.db import migrations

from ales.row_security import (
    ASSOCIATION,
    LANDLORD_AGENT,
    MANAGER,
    OWN_SOCIAL,
    SOCIAL,
    WORKER,
    both,
    either,
    own,
    protect,
)

READ = either(
    both(own(), SOCIAL, "audience IN ('SOCIAL', 'LANDLORD')"),
    both(own(), MANAGER, "audience = 'MONEY'"),
    both(ASSOCIATION, "audience IN ('MONEY', 'LANDLORD', 'ASSOCIATION')"),
    both(own("landlord_id"), LANDLORD_AGENT, "audience = 'LANDLORD'"),
    WORKER,
)


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]
    operations = [
        protect("documents_storeddocument", read=READ, insert=either(OWN_SOCIAL, ASSOCIATION, WORKER)),
        protect("documents_productionjob", read=READ, insert=either(OWN_SOCIAL, ASSOCIATION), update=WORKER),
    ]
