"""What a soak has shown: the promises looked up, and the figures."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from statistics import median, quantiles

from tests.engine import servers
from tests.engine.calling import Caller
from tests.engine.ledger import Ledger
from tests.soak import kept
from tests.soak.diary import Diary
from tests.soak.house import House

_ORPHAN = "extra"
# Of fewer times nobody can tell the p95.
_TELLING = 10


def check(house: House, diary: Diary) -> Iterator[str]:
    """Look up every promise after the last job has ended; yields the figures, line by line."""
    ledger = house.ledger()
    diary.wrong += ledger.broken(diary.accepted)
    living = {recording.id for recording in ledger.recordings}
    diary.wrong += ledger.unheard({pk: name for pk, name in diary.heard.items() if name in living})
    diary.wrong += [
        f"job {pk} was cancelled and is {ledger.jobs[pk].status}"
        for pk in diary.cancelled
        if pk in ledger.jobs and ledger.jobs[pk].status != "cancelled"
    ]
    yield from _jobs(ledger, diary)
    yield from _files(house, diary, ledger)
    # After the sweep, which must take none of them.
    diary.wrong += [f"{key} is gone or holds other bytes" for key in ledger.missing(house.reading())]
    yield from kept.check(house, diary)
    yield from _answers(house, diary)
    yield from _recoveries(diary)


def broken_off(house: House) -> list[str]:
    """What the database server has broken off because two waited for each other, each with what they wanted."""
    told = house.database_log().split("deadlock detected\n")[1:]
    return [f"the database broke one of two off that waited for each other: {one[:1000]}" for one in told]


def _jobs(ledger: Ledger, diary: Diary) -> Iterator[str]:
    ends = ledger.count()
    told = ", ".join(f"{ends[status]} {status}" for status in ("done", "failed", "cancelled", "queued", "running"))
    lost = sum(pk not in ledger.jobs for pk in diary.accepted) + len(ledger.live())
    steps = sum(len(recording.steps) for recording in ledger.recordings)
    twice = sum(count > 1 for count in Counter(image.job for image in ledger.images if image.job).values())
    yield f"recordings    {len(ledger.recordings)} with {steps} steps in order"
    attempts = Counter(job.attempts for job in ledger.jobs.values())
    yield f"jobs          {len(ledger.jobs)} accepted: {told}; {lost} lost, {twice} done twice"
    yield f"attempts      {', '.join(f'{count} took {number}' for number, count in sorted(attempts.items()))}"
    reasons = Counter(job.problem["code"] for job in ledger.jobs.values() if job.problem)
    if reasons:
        yield f"failures      {', '.join(f'{count} {code}' for code, count in reasons.items())}"


def _files(house: House, diary: Diary, ledger: Ledger) -> Iterator[str]:
    fetched = 0
    with closing(Caller(house.port)) as line:
        for url, size in [one for urls in diary.promised.values() for one in urls.items()]:
            diary.hold_to(url, size, line.get(url))
            fetched += 1
    yield f"files         {fetched} that callers were promised, all fetched again"
    found = house.check_storage()
    diary.wrong += [f"check_storage: {count} {fault}" for fault, count in found.items() if fault != _ORPHAN]
    if house.is_grown:
        yield f"orphans       {len(servers.keys(house.given) - ledger.keys)} files to which no row points (yet unswept)"
        return
    diary.wrong += [f"{mirror} tells other than its rows" for mirror in ledger.untold(house.media)]
    orphans = ledger.orphans(house.media)
    house.age()
    house.check_storage("--fix")
    left = house.ledger().orphans(house.media)
    diary.wrong += [f"an orphan that nobody sweeps up: {key}" for key in left]
    yield f"orphans       {len(orphans)} files to which no row points, {len(left)} after the sweep"


def _answers(house: House, diary: Diary) -> Iterator[str]:
    statuses = sorted(diary.statuses().items())
    told = ", ".join(f"{count} × {status}" if status else f"{count} lines broke" for status, count in statuses)
    yield f"answers       {told}"
    locked = sum("database is locked" in line for line in house.logs())
    by_lock = any("locked" in fault.name for fault in diary.faults)
    if locked and not by_lock:
        diary.wrong.append(f"the logs tell {locked} times of a locked database that nobody locked")
    yield f"locked        {locked} lines of the logs tell of a locked database"
    kinds = defaultdict(list)
    for call in diary.calls:
        if call.status and diary.is_undisturbed(call):
            kinds[call.what].append(1000 * call.seconds)
    for what, times in sorted(kinds.items()):
        if len(times) < _TELLING:
            continue
        told = f"p50 {median(times):6.0f} ms, p95 {quantiles(times, n=20)[-1]:6.0f} ms"
        yield f"latency       {what:<18} {told} of {len(times)} with no fault about"


def _recoveries(diary: Diary) -> Iterator[str]:
    kinds = defaultdict(list)
    for fault in diary.faults:
        kinds[fault.name].append(fault)
    for name, faults in sorted(kinds.items()):
        new = max(fault.recovery or float("inf") for fault in faults)
        again = [seconds for fault in faults for seconds in fault.taken_up]
        interrupted = f"; {len(again)} interrupted, at work again within {max(again):.1f} s" if again else ""
        yield f"recovery      {name:<20} {len(faults)} ×: a new job done within {new:.1f} s{interrupted}"
