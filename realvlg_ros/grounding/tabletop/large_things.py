"""Nouns of what no support for grasping holds: the large, and what is no thing at all."""

from __future__ import annotations

# Named as toys and models they may stand on a table.
_LARGE = (
    'elephant whale horse pony cow bull dog puppy cat kitten lion tiger bear giraffe zebra monkey '
    'gorilla ape rhino rhinoceros hippo hippopotamus camel deer moose wolf fox pig sheep goat '
    'donkey kangaroo crocodile alligator shark dolphin seal penguin ostrich eagle dinosaur dragon '
    'unicorn panther leopard swan goose turkey peacock buffalo animal monster ghost giant alien '
    'zombie witch angel mermaid '
    'car automobile truck lorry bus van train tram airplane aeroplane plane aircraft jet '
    'helicopter rocket spaceship ship boat ferry yacht submarine tractor motorcycle motorbike '
    'scooter bicycle bike engine ambulance taxi excavator bulldozer locomotive wagon vehicle '
    'building house home castle palace tower skyscraper church temple bridge school hospital '
    'factory barn garage stadium tunnel room kitchen bathroom bedroom office hall corridor wall '
    'floor ceiling roof door window stairs staircase elevator fence gate garden park shop store '
    'sofa couch bed wardrobe cupboard cabinet bookshelf bookcase shelf chair armchair stool bench '
    'fridge refrigerator freezer dishwasher oven stove bathtub toilet sink piano cello guitar '
    'harp organ saxophone trumpet trombone tuba accordion drum drums '
    'man woman boy girl child baby kid person people human grandmother grandma grandfather '
    'grandpa mother mom father dad brother sister uncle aunt friend king queen president '
    'policeman doctor teacher operator worker tree bush statue'
)
_IMMATERIAL = (
    'sky moon sun cloud air wind rain snow shadow hole sound noise music song idea time day night '
    'morning evening yesterday today tomorrow nothing nobody nowhere world earth universe space '
    'galaxy planet mars jupiter ocean sea lake river mountain hill valley island forest jungle '
    'beach desert volcano sunset sunrise wave flame country city town village '
    'street road weather smoke steam fog lightning thunder rainbow horizon void love hate '
    'happiness peace truth dream thought silence gravity '
    'energy electricity internet darkness sunlight daylight atmosphere future past color'
)
LARGE = frozenset(_LARGE.split())
IMMATERIAL = frozenset(_IMMATERIAL.split())

# Words that make a small thing of a large one.
TOYS = frozenset({
    'toy', 'toys', 'model', 'miniature', 'mini', 'plush', 'stuffed', 'teddy', 'lego', 'figurine',
    'figure', 'plastic', 'rubber', 'wooden', 'paper', 'chess', 'chocolate', 'gummy', 'inflatable',
})  # fmt: skip


def is_one_of(noun: str, nouns: frozenset[str]) -> bool:
    """Whether a noun, in the singular or the plural, is in a set."""
    return noun in nouns or noun.removesuffix('s') in nouns or noun.removesuffix('es') in nouns
