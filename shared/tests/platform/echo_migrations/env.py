from lealtad.db.migrations import run

run()
