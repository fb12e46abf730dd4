"""When a message goes: delays, retries, queues, flow control, schedules."""
