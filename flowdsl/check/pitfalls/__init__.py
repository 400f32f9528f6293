"""What admission lets through and the cluster then fails at, or its owner regrets: warnings, one code each."""
