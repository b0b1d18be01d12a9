"""The tree of RFC 6962: the known answers of Certificate Transparency's test data, and every proof of small trees."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    siblings,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from daytwo.wire.errors import Denied, Invalid

# google/certificate-transparency, reference implementation: the leaves of the merkle tree tests.
CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CT_CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
HASHES = [leaf_hash(leaf) for leaf in CT_LEAVES]
MANY = [leaf_hash(str(number).encode()) for number in range(33)]


def reference_root(hashes):
    """The definition of RFC 6962, section 2.1, word by word."""
    if not hashes:
        return hashlib.sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(reference_root(hashes[:split]), reference_root(hashes[split:]))


@pytest.mark.parametrize("size", range(9))
def test_the_known_roots(size):
    assert tree_root(HASHES[:size]).hex() == CT_ROOTS[size]


def test_the_known_proofs():
    for (index, size), proof in CT_INCLUSION.items():
        assert [item.hex() for item in inclusion_proof(HASHES[:size], index)] == proof
    for (earlier, size), proof in CT_CONSISTENCY.items():
        assert [item.hex() for item in consistency_proof(HASHES[:size], earlier)] == proof


def test_a_frontier_grows_to_the_defined_root_and_survives_storage():
    frontier = Frontier()
    assert frontier.root() == EMPTY_ROOT
    for size, item in enumerate(MANY, start=1):
        frontier = Frontier.from_bytes(frontier.to_bytes())
        frontier.append(item)
        assert (frontier.size, frontier.root()) == (size, reference_root(MANY[:size]))
        assert len(frontier.hashes) == size.bit_count()


@pytest.mark.parametrize("data", [b"", b"\x00" * 7, b"\x00" * 40, Frontier(1, [b"x" * 32]).to_bytes()[:-1]])
def test_a_damaged_frontier_is_refused(data):
    with pytest.raises(Invalid, match="damaged"):
        Frontier.from_bytes(data)


def test_every_inclusion_proof_verifies_and_fits_nothing_else():
    for size in range(1, 18):
        root = tree_root(MANY[:size])
        for index in range(size):
            proof = inclusion_proof(MANY[:size], index)
            verify_inclusion(MANY[index], index, size, proof, root)
            altered = [
                (MANY[index + 1], index, size, proof, root),
                (MANY[index], index + 1, size, proof, root),
                (MANY[index], index, size, [*proof, root], root),
                (MANY[index], index, size, proof, leaf_hash(root)),
                (MANY[index], -1, size, proof, root),
            ]
            altered += [(MANY[index], index, size, proof[:-1], root)] if proof else []
            for arguments in altered:
                with pytest.raises(Denied, match="proof"):
                    verify_inclusion(*arguments)


def test_every_consistency_proof_verifies_and_fits_nothing_else():
    for size in range(1, 18):
        root = tree_root(MANY[:size])
        for earlier in range(1, size + 1):
            earlier_root = tree_root(MANY[:earlier])
            proof = consistency_proof(MANY[:size], earlier)
            verify_consistency(earlier, earlier_root, size, root, proof)
            altered = [
                (earlier, leaf_hash(earlier_root), size, root, proof),
                (earlier, earlier_root, size, leaf_hash(root), proof),
                (earlier, earlier_root, size, root, [*proof, root]),
                (0, earlier_root, size, root, proof),
                (size + 1, earlier_root, size, root, proof),
            ]
            altered += [(earlier, earlier_root, size, root, proof[:-1])] if proof else []
            for arguments in altered:
                with pytest.raises(Denied, match="proof"):
                    verify_consistency(*arguments)


@given(st.integers(1, 33), st.data())
def test_a_rewritten_past_has_no_consistency_proof(size, data):
    earlier = data.draw(st.integers(1, size))
    changed = data.draw(st.integers(0, earlier - 1))
    rewritten = [leaf_hash(b"rewritten") if at == changed else item for at, item in enumerate(MANY[:size])]
    with pytest.raises(Denied, match="proof"):
        verify_consistency(
            earlier, tree_root(MANY[:earlier]), size, tree_root(rewritten), consistency_proof(rewritten, earlier)
        )


def test_what_is_not_in_the_tree_has_no_proof():
    for index in (-1, 3):
        with pytest.raises(Invalid, match="3 leaves"):
            inclusion_proof(MANY[:3], index)
    for earlier in (0, 4):
        with pytest.raises(Invalid, match="3 leaves"):
            consistency_proof(MANY[:3], earlier)


@given(st.integers(1, 33).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))))
def test_a_proof_is_made_of_the_subtrees_that_are_its_siblings(drawn):
    index, size = drawn
    leaves = MANY[:size]
    proof = [tree_root(leaves[place << level : (place + 1) << level]) for level, place in siblings(index, size)]
    assert proof == inclusion_proof(leaves, index)


@given(st.integers(1, 33))
def test_the_edge_gives_the_root_over_its_last_subtrees(size):
    frontier = Frontier()
    for leaf in MANY[:size]:
        frontier.append(leaf)
    first = 0
    for bit in (1 << power for power in reversed(range(8)) if size >> power & 1):
        assert frontier.root_from(first) == tree_root(MANY[first:size])
        first += bit


def test_appending_answers_the_subtrees_that_are_full():
    frontier = Frontier()
    for index, leaf in enumerate(MANY[:33]):
        for level, made in enumerate(frontier.append(leaf)):
            first = (index >> level) << level
            assert made == tree_root(MANY[first : first + (1 << level)])
