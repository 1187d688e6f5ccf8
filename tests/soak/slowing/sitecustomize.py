"""On the path of a process, this delays each of its database statements by chance; see `slowed`.

Sleeping costs no processor, so doings that hardly ever meet do so many times a minute, on a busy machine too.
"""

import os
import random
import time
from typing import Any

from django.db.backends.utils import CursorWrapper

_LONGEST = float(os.environ["SOAK_SLOW"])
_BEFORE, _AFTER = 0.5, 0.3
_execute = CursorWrapper._execute


def _pause(share: float) -> None:
    if random.random() < share:
        time.sleep(random.uniform(0, _LONGEST))


def _slowly(self: CursorWrapper, *words: Any) -> Any:
    _pause(_BEFORE)
    answer = _execute(self, *words)
    # What it has locked stays locked meanwhile.
    _pause(_AFTER)
    return answer


CursorWrapper._execute = _slowly
