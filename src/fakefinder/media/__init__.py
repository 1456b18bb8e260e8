"""Videos in, frames out: probing, exact frame access, index arithmetic."""
