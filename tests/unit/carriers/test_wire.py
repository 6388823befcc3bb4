"""What is said arrives as it was said, and what is no message is told so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.carriers.port import CarrierEvent, LiveCall, Originate
from callfloor.carriers.wire import (
    AskLiveCalls,
    Bridge,
    Farewell,
    HangUp,
    LiveCalls,
    LoseAgentLine,
    News,
    Order,
    PlaceCall,
    Play,
    Told,
    WireError,
    decode_news,
    decode_order,
    encode,
)

texts = st.text(max_size=20)
times = st.floats(allow_nan=False, allow_infinity=False)
numbers = st.integers(min_value=0, max_value=10**15)
orders = st.one_of(
    st.builds(PlaceCall, st.builds(Originate, texts, numbers, texts, times, times)),
    st.builds(Bridge, texts, texts, times),
    st.builds(HangUp, texts, times),
    st.builds(Play, texts, texts, times),
    st.builds(LoseAgentLine, texts, times),
    st.builds(AskLiveCalls, numbers),
)
live_calls = st.builds(LiveCall, texts, st.booleans(), st.booleans())
news = st.one_of(
    st.builds(Told, st.builds(CarrierEvent, numbers, texts, texts, times, numbers, texts)),
    st.builds(LiveCalls, numbers, st.lists(live_calls, max_size=3), st.booleans()),
    st.builds(Farewell, texts),
)


@given(orders)
def test_orders_arrive_as_given_each_on_one_line(order: Order) -> None:
    line = encode(order)
    assert line.index(b"\n") == len(line) - 1
    assert decode_order(line) == order


@given(news)
def test_news_arrives_as_told_each_on_one_line(message: News) -> None:
    line = encode(message)
    assert line.index(b"\n") == len(line) - 1
    assert decode_news(line) == message


@pytest.mark.parametrize(
    "line",
    [b"", b"\n", b"hello", b"{}", b'{"do":"dance"}', b'{"do":"hang_up","call_id":7}', b'"\xff"', b"[1]"],
)
def test_what_is_no_message_is_told_so(line: bytes) -> None:
    with pytest.raises(WireError, match="no order that a carrier knows: "):
        decode_order(line)
    with pytest.raises(WireError, match="no news that a carrier tells: "):
        decode_news(line)


def test_an_infinite_time_cannot_be_said() -> None:
    with pytest.raises(WireError, match=r"got `null`.*\$\.at"):
        decode_order(encode(HangUp("a", float("inf"))))
