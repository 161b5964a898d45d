from lealtad.db.migrations import run
from segmentation.service import SERVICE

run(SERVICE.metadata)
