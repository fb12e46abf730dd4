"""What is read as an answer, however it is cut into pieces, and what is not."""

import pytest

from lobegen.qstash.delivery.http_answer import AnswerReader, MalformedAnswerError, Response

OK = b"HTTP/1.1 200 OK\r\n"
ANSWERS = {
    "length": (OK + b"Content-Length: 2\r\n\r\nok", b"ok"),
    "the same length twice": (OK + b"Content-Length: 2, 2\r\n\r\nok", b"ok"),
    "empty": (OK + b"Content-Length: 0\r\n\r\n", b""),
    "chunks": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nab\n\r\nA \r\n0123456789\r\n0\r\n\r\n",
        b"ab\n0123456789",
    ),
    "trailer": (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-A: b\r\n\r\n", b"a"),
    "chunks win": (OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", b"a"),
    "early hints": (b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\na", b"a"),
    "bare line feeds": (b"HTTP/1.1 200 OK\nContent-Length: 1\n\na", b"a"),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na", b"a"),
}


def read(answer: bytes, method: str = "POST", at_once: int = 65_536) -> tuple[Response | None, AnswerReader]:
    """Feed an answer in pieces of a size; the last piece completes it."""
    reader, response = AnswerReader(method), None
    for first in range(0, len(answer), at_once):
        assert response is None
        response = reader.feed(answer[first : first + at_once])
    return response, reader


@pytest.mark.parametrize("size", [1, 2, 7, 65_536])
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_complete_with_its_last_byte(name: str, size: int) -> None:
    answer, body = ANSWERS[name]
    response, reader = read(answer, at_once=size)
    assert response is not None
    assert (response.status, response.body, reader.is_last) == (200, body, False)


def test_header_names_are_in_lower_case_and_repeated_ones_are_joined() -> None:
    response, _ = read(OK + b"X-A:  1 \r\nx-a: 2\r\nX-B: a\r\n b\r\nX-C:\r\nContent-Length: 0\r\n\r\n")
    assert response is not None
    assert response.headers == {"x-a": "1, 2", "x-b": "a b", "x-c": "", "content-length": "0"}


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", "200 OK"), ("POST", "204 No Content"), ("GET", "304 Not Modified")]
)
def test_some_answers_have_no_body(method: str, status: str) -> None:
    response, reader = read(f"HTTP/1.1 {status}\r\nContent-Length: 5\r\n\r\n".encode(), method)
    assert response is not None
    assert (response.body, reader.is_last) == (b"", False)


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    response, reader = read(OK + b"\r\nabc")
    assert response is None
    assert reader.close() == Response(200, {}, b"abc")
    assert reader.is_last


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        OK + b"Connection: Close\r\nContent-Length: 2\r\n\r\nok",
        OK + b"Content-Length: 2\r\n\r\nok and more",
    ],
    ids=["HTTP/1.0", "close", "more than one answer"],
)
def test_no_request_may_follow(answer: bytes) -> None:
    response, reader = read(answer)
    assert response is not None
    assert (response.body, reader.is_last) == (b"ok", True)


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        OK + b"no colon\r\n\r\n",
        OK + b"two words: a\r\n\r\n",
        OK + b"Content-Length: two\r\n\r\n",
        OK + b"Content-Length: -2\r\n\r\n",
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        OK + b"X: " + b"x" * 1_100_000,
    ],
    ids=lambda answer: answer[:60].decode(),
)
def test_what_is_no_http_is_an_error(answer: bytes) -> None:
    with pytest.raises(MalformedAnswerError, match=r"\w+"):
        read(answer)


@pytest.mark.parametrize("name", ["length", "chunks", "trailer", "early hints"])
def test_an_answer_that_is_cut_short_is_an_error(name: str) -> None:
    answer, _ = ANSWERS[name]
    for cut in range(len(answer)):
        _, reader = read(answer[:cut])
        with pytest.raises(MalformedAnswerError, match="closed the connection"):
            reader.close()
