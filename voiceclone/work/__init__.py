"""Work in the background: leases, the periodic table, the heartbeat of workers."""
