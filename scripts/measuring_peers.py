"""What the peers cost, as it was measured on another run of this machine, in 2026: ratios are what counts.

kdash 2.1.1, gitui 0.28.1 (40 modified files), bottom 0.15.0 (live graphs) and a probe of ours (90 lines on ratatui 0.30.2 that draw
one table of five columns, event-driven), 120×40, medians of 5, by the method of this script: `pty.fork`, exec → first frame, 20
presses 350 ms apart, 30 s of rest. kdash was shown 50, 1,000 and 10,000 pods by a fake Kubernetes in a process of its own. Source: the
project's study of terminal dashboards, its tables 4.2, 4.3, 4.4 and 4.6.
"""

PEERS = ("kdash 50", "kdash 1k", "kdash 10k", "gitui", "bottom", "probe")

# One row per figure: kdash 50, 1,000, 10,000, gitui, bottom, probe. None where it was not measured.
FIGURES = {
    "first_byte": ("15 ms", None, None, "19 ms", "11 ms", "3 ms"),
    "first_frame": ("21 ms", "19 ms", "13 ms", "26 ms", "38 ms", "6 ms"),
    "list": ("524 ms", "527 ms", "1025 ms", None, None, None),
    "stable_bytes": ("21340 B", None, None, "4786 B", "12697 B", "5706 B"),
    "resident": ("18.5 MB", "69.6 MB", "559 MB", "16.8 MB", "7.3 MB", "3.6 MB"),
    "peak": (None, None, "622 MB", None, None, None),
    "key_cpu": ("1.5 ms", "3.0 ms", "24.5 ms", "3.0 ms", "2.5 ms", "0.5 ms"),
    "key_bytes": ("350 B", None, None, "434 B", "318 B", "339 B"),
    "key_time": ("0.8 ms", "0.8 ms", "1.4 ms", "1.7 ms", "0.6 ms", "0.6 ms"),
    "idle_cpu": ("0.30 %", "0.70 %", "5.4 %", "0.23 %", "0.5 %", "0.0 %"),
    "idle_wakes": ("19 /s", None, None, "16.6 /s", "52 /s", "0 /s"),
    "idle_bytes": ("119 B/s", "119 B/s", "128 B/s", "25 B/s", "1906 B/s", "0 B/s"),
    # Of a session of 46 s.
    "requests": ("99 /min", "102 /min", "106 /min", None, None, None),
    "api_bytes": ("1.2 MB/min", "21.9 MB/min", "239 MB/min", None, None, None),
    "slow_frame": (None, "8 ms", None, None, None, None),
    "slow_key": (None, "0.9 ms", None, None, None, None),
    "slow_list": (None, "5 trips", None, None, None, None),
    "failing_rows": (None, "0 of 19", None, None, None, None),
    "term": ("left raw", None, None, "left raw", "restored", "left raw"),
    "vanished": ("never, 100 %", None, None, "exits", "exits", "never, 98 %"),
}

NOTE = """The bare table (examples/bare_table.rs) ran in this very run. Peers: kdash 2.1.1 with so many pods, gitui 0.28.1, bottom 0.15.0, a
probe of 90 lines (ratatui 0.30.2, one table); measured in 2026 on another run of this machine: ratios count. The probe with 1,000 /
10,000 rows, processor per key: 2.0 / 17 ms where all rows are built, 0.5 / 0.5 ms where only the visible ones are; resident 5.8 /
25.6 MB and 3.8 / 5.4 MB."""
