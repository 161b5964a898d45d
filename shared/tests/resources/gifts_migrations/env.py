from sqlalchemy import MetaData

from lealtad.db.migrations import run

run(MetaData())
