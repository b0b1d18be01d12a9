"""What `bench.durable` measures with: control processes, an executor that only speaks the link, parked runs."""
