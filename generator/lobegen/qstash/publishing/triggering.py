"""The headers by which a message starts a run, as an SDK's client sends them (facts: QStash wire protocol 1.1)."""


def trigger_headers(url: str, run_id: str) -> dict[str, str]:
    """Control headers of the first message of a run.

    Args:
        url: The workflow's endpoint.
        run_id: `wfr_…`.
    """
    return {
        "upstash-workflow-init": "true",
        "upstash-workflow-runid": run_id,
        "upstash-workflow-url": url,
        "upstash-feature-set": "LazyFetch,InitialBody,WF_DetectTrigger,WF_TriggerOnConfig",
        "upstash-forward-upstash-workflow-sdk-version": "1",
    }
