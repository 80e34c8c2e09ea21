"""The words the grammar knows, and what is known of the things they name."""

from __future__ import annotations

from dataclasses import dataclass

COLORS = {
    'black': 'black', 'grey': 'grey', 'gray': 'grey', 'silver': 'grey', 'metallic': 'grey',
    'white': 'white', 'ivory': 'white', 'red': 'red', 'crimson': 'red', 'maroon': 'red',
    'orange': 'orange', 'yellow': 'yellow', 'golden': 'yellow', 'gold': 'yellow',
    'green': 'green', 'olive': 'green', 'lime': 'green', 'blue': 'blue', 'navy': 'blue',
    'cyan': 'blue', 'turquoise': 'blue', 'teal': 'blue', 'purple': 'purple',
    'violet': 'purple', 'lilac': 'purple', 'pink': 'pink', 'magenta': 'pink',
    'brown': 'brown', 'beige': 'brown', 'tan': 'brown', 'wooden': 'brown',
}  # fmt: skip

# Words of COLORS that say more than a colour: their matter stays unconfirmed.
MATERIALS = frozenset({'wooden', 'metallic'})

# Suffixes such as in "reddish" and "greenish" are removed before COLORS is asked.
SHADES = frozenset({'dark', 'light', 'bright', 'pale', 'deep'})

# Words for looks that neither colour nor depth can confirm; what is seen well contradicts them.
UNSEEN = frozenset({
    'clear', 'transparent', 'translucent', 'see-through', 'glass', 'crystal', 'invisible',
    'hidden',
})  # fmt: skip

# Words for states that neither colour nor depth can confirm.
STATES = frozenset({
    'heavy', 'heavier', 'heaviest', 'lightweight', 'full', 'empty', 'half-full', 'broken',
    'cracked', 'damaged', 'defective', 'hot', 'cold', 'warm', 'cool', 'wet', 'dry', 'soft', 'hard',
    'hollow', 'solid', 'sharp', 'blunt', 'fragile', 'dirty', 'clean', 'new', 'old', 'newest',
    'oldest', 'expensive', 'cheap', 'valuable', 'open', 'opened', 'closed', 'sticky', 'slippery',
    'sweet', 'fresh', 'ripe', 'rotten', 'magnetic', 'edible', 'dangerous', 'safe', 'favorite',
    'favourite', 'best', 'worst', 'beautiful', 'ugly', 'right-handed', 'left-handed', 'moving',
})  # fmt: skip

# Words that turn what the rest of a sentence means, and that are not understood: counting,
# excluding and forbidding.
TURNING = frozenset({
    'first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'next', 'last', 'other', 'another',
    'both', 'all', 'every', 'each', 'two', 'three', 'four', 'five', 'six', 'many', 'several',
    'none', 'no', 'not', 'never', "don't", 'dont', 'stop', 'leave', 'avoid', 'ignore', 'but',
    'cancel', 'neither', 'nor', 'wrong', 'missing', 'same', 'different',
})  # fmt: skip

# Adjective -> (measure, sign): a measure of SceneObject, larger (+1) or smaller (-1). Chosen: what
# the words mean.
SIZES = {
    'big': ('volume', 1), 'large': ('volume', 1), 'huge': ('volume', 1), 'great': ('volume', 1),
    'small': ('volume', -1), 'little': ('volume', -1), 'tiny': ('volume', -1),
    'tall': ('height', 1), 'high': ('height', 1), 'short': ('height', -1), 'low': ('height', -1),
    'flat': ('height', -1), 'long': ('length', 1), 'wide': ('length', 1), 'narrow': ('width', -1),
    'thin': ('thickness', -1), 'slim': ('width', -1), 'thick': ('thickness', 1),
    'fat': ('width', 1),
}  # fmt: skip

# Superlative -> the same, and left and right in the image. Chosen: what the words mean.
SUPERLATIVES = {
    'biggest': ('volume', 1), 'largest': ('volume', 1), 'bigger': ('volume', 1),
    'larger': ('volume', 1), 'smallest': ('volume', -1), 'littlest': ('volume', -1),
    'tiniest': ('volume', -1), 'smaller': ('volume', -1), 'tallest': ('height', 1),
    'highest': ('height', 1), 'taller': ('height', 1), 'shortest': ('height', -1),
    'lowest': ('height', -1), 'shorter': ('height', -1), 'flattest': ('height', -1),
    'longest': ('length', 1), 'longer': ('length', 1), 'widest': ('length', 1),
    'thinnest': ('thickness', -1), 'leftmost': ('right', -1), 'rightmost': ('right', 1),
    'closest': ('distance', -1), 'nearest': ('distance', -1), 'closer': ('distance', -1),
    'nearer': ('distance', -1), 'farthest': ('distance', 1), 'furthest': ('distance', 1),
    'farther': ('distance', 1), 'further': ('distance', 1), 'frontmost': ('distance', -1),
}  # fmt: skip

# Nouns that mean any object.
GENERIC = frozenset({
    'object', 'objects', 'thing', 'things', 'item', 'items', 'one', 'ones', 'stuff', 'piece',
    'it', 'something', 'anything', 'part', 'toy', 'product', 'article',
})  # fmt: skip

# Words that carry no meaning for the choice of an object.
FILLERS = frozenset({
    'the', 'a', 'an', 'this', 'that', 'these', 'those', 'my', 'your', 'our', 'some', 'any',
    'please', 'kindly', 'could', 'would', 'will', 'you', 'i', 'we', 'me', 'us', 'to',
    'want', 'need', 'like', 'and', 'with', 'of', 'for', 'up', 'just', 'now', 'robot', 'hey',
    'hi', 'hello', 'ok', 'okay', 'there', 'is', 'are', 'which', 'very', 'really', 'from',
    'table', 'desk', 'tabletop', 'on', 'in', 'at', 'it', 'over', 'color', 'colored',
    'coloured', 'colour', 'thanks', 'thank', 'painted', 'pack', 'package', 'packet', 'roll',
    'pair', 'bunch', 'its', "it's", 'by', 'be', 'so', 'thee', 'lets', "let's", 'then', 'out',
    "i'd", "i'll", "i'm", "we'd", 'have', 'has', 'do', 'does', 'may', 'should', 'let', 'here',
    'him', 'her', 'them', 'who', 'what', 'where', "that's", 'again', 'soon', 'fast', 'off',
    'away', 'today', 'tonight', 'once', 'more', 'see', 'look', 'looking', 'go', 'going', 'try',
    'use', 'care',
})  # fmt: skip

# Words in -ly that are nouns; the others say how, and carry no meaning either.
NOUNS_IN_LY = frozenset({
    'jelly', 'fly', 'butterfly', 'lily', 'doily', 'dolly', 'lolly', 'belly', 'monopoly',
    'assembly', 'supply',
})  # fmt: skip

VERBS = frozenset({
    'pick', 'grasp', 'grab', 'take', 'get', 'give', 'hand', 'pass', 'bring', 'fetch', 'lift',
    'hold', 'find', 'show', 'seize', 'reach', 'remove', 'move', 'collect', 'clutch', 'catch',
    'retrieve', 'select', 'choose', 'locate', 'point', 'touch', 'grip', 'picking', 'grasping',
})  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """What is known of a class of things; every range is (low, high), m or a ratio.

    Attributes:
        size: longest side.
        slenderness: longest by second longest visible side.
        flatness: height by footprint length as it stands or lies.
        colors: names of which it has one, if it nearly always does.
        height: above the support, as it is usually found.
        thickness: its shortest side at most; what is seen of a thing is no thicker than it is.
    """

    size: tuple[float, float]
    slenderness: tuple[float, float] = (1.0, 99.0)
    flatness: tuple[float, float] = (0.0, 99.0)
    colors: tuple[str, ...] = ()
    height: tuple[float, float] = (0.0, 99.0)
    thickness: float = 99.0

    @property
    def is_flat(self) -> bool:
        """Whether depth hardly tells it from what it lies on."""
        return self.height[1] <= _FLAT_M


# A thing no higher than this, m, lies flat. Chosen: a thick magazine.
_FLAT_M = 0.03
_SHEET = Shape((0.05, 0.6), height=(0.0, 0.02))
_CARD = Shape((0.03, 0.25), height=(0.0, 0.02))

# Noun -> its shape. Chosen: what shops sell, with room for the part that is not seen.
SHAPES = {
    'mug': Shape((0.06, 0.17), (1.0, 2.2), (0.5, 2.2)),
    'cup': Shape((0.04, 0.2), (1.0, 3.0), (0.3, 3.0)),
    'glass': Shape((0.05, 0.28), (1.0, 6.0)),
    'bottle': Shape((0.13, 0.42), (1.75, 8.0), (0.26, 8.0)),
    'can': Shape((0.05, 0.25), (1.15, 4.5), (0.3, 4.5)),
    'box': Shape((0.03, 0.5)),
    'bowl': Shape((0.07, 0.4), (1.0, 2.2), (0.08, 0.9)),
    'plate': Shape((0.1, 0.4), (1.0, 1.8), (0.0, 0.3)),
    'ball': Shape((0.02, 0.3), (1.0, 1.4), (0.55, 1.5)),
    'block': Shape((0.015, 0.2), (1.0, 5.0)),
    'banana': Shape((0.1, 0.28), (2.0, 9.0), (0.05, 1.0), ('yellow', 'green', 'brown')),
    'apple': Shape((0.04, 0.12), (1.0, 1.6), (0.5, 1.7), ('red', 'green', 'yellow')),
    'lemon': Shape((0.03, 0.11), (1.0, 2.0), (0.3, 1.5), ('yellow', 'green')),
    'pear': Shape((0.05, 0.14), (1.0, 2.2), (0.3, 2.2), ('green', 'yellow', 'brown')),
    'tomato': Shape((0.02, 0.12), (1.0, 1.6), (0.4, 1.7), ('red', 'orange', 'green')),
    'carrot': Shape((0.06, 0.3), (2.0, 15.0), (0.0, 0.6), ('orange', 'red')),
    'screwdriver': Shape((0.08, 0.4), (2.5, 30.0), (0.0, 0.5), thickness=0.05),
    'hammer': Shape((0.15, 0.5), (1.3, 20.0), (0.0, 0.5)),
    'wrench': Shape((0.08, 0.5), (2.5, 30.0), (0.0, 0.4), thickness=0.04),
    'drill': Shape((0.12, 0.4), (1.0, 3.5)),
    'scissors': Shape((0.08, 0.3), (1.3, 8.0), (0.0, 0.5), thickness=0.04),
    'clamp': Shape((0.05, 0.35), (1.0, 6.0)),
    'pen': Shape((0.08, 0.2), (3.0, 40.0), (0.0, 0.4), thickness=0.03),
    'knife': Shape((0.12, 0.45), (3.0, 40.0), (0.0, 0.4), thickness=0.04),
    'spoon': Shape((0.1, 0.4), (2.5, 30.0), (0.0, 0.4), thickness=0.05),
    'fork': Shape((0.12, 0.35), (2.5, 30.0), (0.0, 0.4), thickness=0.04),
    'flashlight': Shape((0.06, 0.4), (1.8, 12.0)),
    'book': Shape((0.1, 0.45)),
    'keyboard': Shape((0.25, 0.55), (1.8, 8.0), (0.0, 0.35), height=(0.0, 0.08)),
    'mouse': Shape((0.06, 0.15), (1.0, 2.8), (0.1, 0.8), height=(0.015, 0.055)),
    'monitor': Shape((0.25, 0.9)),
    'laptop': Shape((0.2, 0.5)),
    'phone': Shape((0.08, 0.3)),
    'tape': Shape((0.03, 0.2), (1.0, 3.0)),
    'brush': Shape((0.08, 0.45), (1.5, 20.0)),
    'case': Shape((0.04, 0.45)),
    'wallet': Shape((0.06, 0.25)),
    'tray': Shape((0.1, 0.6), (1.0, 4.0), (0.0, 0.5)),
    'paper': _SHEET,
    'envelope': Shape((0.1, 0.4), height=(0.0, 0.03)),
    'card': _CARD,
    'coin': Shape((0.015, 0.04), height=(0.0, 0.01)),
    'napkin': Shape((0.08, 0.5), height=(0.0, 0.03)),
    'magazine': Shape((0.15, 0.45), height=(0.0, 0.03)),
    'newspaper': Shape((0.2, 0.8), height=(0.0, 0.03)),
    'coaster': Shape((0.06, 0.15), (1.0, 1.6), height=(0.0, 0.02)),
    'mat': Shape((0.1, 0.9), height=(0.0, 0.02)),
    'violin': Shape((0.35, 0.7)),
}

SYNONYMS = {
    'mugs': 'mug', 'cups': 'cup', 'teacup': 'cup', 'tumbler': 'cup', 'bottles': 'bottle',
    'flask': 'bottle', 'cleaner': 'bottle', 'cans': 'can', 'tin': 'can', 'boxes': 'box',
    'carton': 'box', 'crate': 'box', 'bowls': 'bowl', 'dish': 'plate', 'saucer': 'plate',
    'plates': 'plate', 'balls': 'ball', 'sphere': 'ball', 'cube': 'block', 'brick': 'block',
    'blocks': 'block', 'triangle': 'block', 'bananas': 'banana', 'apples': 'apple',
    'spanner': 'wrench', 'scissor': 'scissors', 'pencil': 'pen', 'marker': 'pen',
    'torch': 'flashlight', 'books': 'book', 'folder': 'book',
    'telephone': 'phone', 'smartphone': 'phone', 'jar': 'can', 'screen': 'monitor',
    'wineglass': 'glass', 'container': 'box', 'jug': 'bottle', 'pitcher': 'bottle',
    'papers': 'paper', 'sheet': 'paper', 'page': 'paper', 'letter': 'paper', 'document': 'paper',
    'leaflet': 'paper', 'flyer': 'paper', 'brochure': 'magazine', 'poster': 'paper',
    'map': 'paper', 'drawing': 'paper', 'receipt': 'card', 'note': 'card', 'ticket': 'card',
    'photo': 'card',
    'photograph': 'card', 'picture': 'card', 'postcard': 'card', 'cards': 'card', 'label': 'card',
    'sticker': 'card', 'banknote': 'card', 'bookmark': 'card', 'envelopes': 'envelope',
    'coins': 'coin', 'napkins': 'napkin', 'tissue': 'napkin', 'handkerchief': 'napkin',
    'placemat': 'mat', 'magazines': 'magazine', 'newspapers': 'newspaper', 'viola': 'violin',
}  # fmt: skip

# With one of these words what is flat by itself is high.
HEAPED = frozenset({
    'roll', 'rolled', 'pile', 'stack', 'heap', 'pack', 'packet', 'package', 'box', 'bunch',
    'block', 'holder', 'crumpled', 'folded', 'balled', 'standing', 'upright', 'toilet', 'kitchen',
})  # fmt: skip
