"""HTML as a reading aid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.knowledge.html import markdown


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain & simple", "plain & simple"),
        ("<h2>A</h2>b", "\n\n## A\n\nb"),
        ("<H1 class='x'>A</H1>", "\n\n# A\n\n"),
        ("a<br>b<br/>c<BR />d", "a\nb\nc\nd"),
        ("<tr><td>a</td><th>b</th></tr>", "\n\n a  b \n\n"),
        ("<p>a</p>", "\n\na\n\n"),
        ("a <b>b</b> <custom-tag x=1>c</custom-tag>", "a b c"),
        ("a<!-- <p>no</p> -->b<!-- open", "ab"),
        ("a<script type='x'>if (a < b) '</p>'</script >b", "ab"),
        ("<style>p{}</style><noscript>n</noscript><template>t</template>x", "x"),
        ("a<script>never closed", "a"),
        ("<a title='1 > 0' href=\"x>y\">link</a>", "link"),
        ("<!doctype html><?xml x?>a", "a"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("&amp;lt; &lt;b&gt; &quot;&apos;&nbsp;&#65;&#x1F600;", "&lt; <b> \"'\u00a0A😀"),
        ("&copy; &amp &#0; &#xD800; &#1114112;", "&copy; &amp \ufffd \ufffd \ufffd"),
    ],
)
def test_markdown(html: str, text: str) -> None:
    assert markdown(html) == text


@given(st.text(alphabet="<>/!-abpsh12 \"'&#;xscript"))
def test_any_text_is_read(html: str) -> None:
    assert isinstance(markdown(html), str)
