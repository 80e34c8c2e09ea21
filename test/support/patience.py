"""How long a test waits for what must happen."""

# Kept by a machine ten times slower that has other work, too. What happens sooner is not waited
# for any longer: only a failure takes so long.
PATIENCE_S = 180.0
