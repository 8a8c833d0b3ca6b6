"""Ask a FortiSIEM server: event queries, whether it accepts filters, which rules it runs. It only reads."""
