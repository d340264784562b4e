"""The media server: RTMP in, low-latency HLS out, everything recorded on the way. Imports `kit`
only and holds no database credentials.

Owns: the window of each running show in memory, and `data_dir/recordings/{show_id}/` (init
segments, segments, `index.jsonl`). Invariant: a media sequence number never means other bytes, and
PROGRAM-DATE-TIME, the show clock, never goes back: not across a reconnect of the publisher and not
across a restart of this process. In: RTMP and WebSockets from hosts, HTTP from viewers, the
internal API from web. Out: reports to web once a second (`control`). Flow: `rtmp` or `websocket`
(`sound`) -> `ports` -> `ingest` (`codecs`) -> `packaging` -> `live` (`recording`, cues) -> `http`
(`hls`); beside the packager, `push` to other networks.
"""
