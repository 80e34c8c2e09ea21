"""How large what comes from elsewhere may be; checked before memory or time is spent on it."""

from __future__ import annotations

# Pixels of an image. Chosen: the largest colour image of a depth camera has 13 million.
MAX_PIXELS = 2**24
# An encoded image, bytes. Chosen: noise of that size with three channels of 16 bits.
MAX_IMAGE_BYTES = 2**27
# A YAML or JSON document, bytes; the values in it, with aliases counted as often as they are
# used; and how deep it is nested. Chosen: ten times the largest that the package writes; so many
# values take half a second.
MAX_DOCUMENT_BYTES = 2**22
MAX_DOCUMENT_VALUES = 50_000
MAX_DOCUMENT_DEPTH = 32
# JSON that lists a data set, bytes and values. Chosen: labels of a hundred thousand objects.
MAX_LISTING_BYTES = 2**28
MAX_LISTING_VALUES = 20_000_000
# Characters of a number in a document, and its bits if it is whole. Chosen: tokenizers of
# transformers say 10**30 for no limit.
MAX_NUMBER_CHARACTERS = 64
MAX_NUMBER_BITS = 128
# A text file that is no document, such as a URDF or a file of labels, bytes. Chosen: ten times
# the largest that are known.
MAX_TEXT_BYTES = 2**26
# A mesh, bytes, and the objects of a simulated world. Chosen: 330 000 triangles of an STL; ten
# times a full table.
MAX_MESH_BYTES = 2**24
MAX_WORLD_OBJECTS = 256
# Arrays of numpy, bytes, also when they are unpacked. Chosen: a hundred scenes of labels.
MAX_ARRAY_BYTES = 2**27
# Elements of a URDF and how deep they are nested. Chosen: ten times the largest robots.
MAX_XML_ELEMENTS = 100_000
MAX_XML_DEPTH = 64
# Files of a model folder, the header of a safetensors file, bytes, and its tokenizer, bytes.
# Chosen: several times those of the largest models.
MAX_MODEL_FILES = 2000
MAX_TENSOR_HEADER_BYTES = 2**23
MAX_TOKENIZER_BYTES = 2**25
# Layers of a model's part, and any other whole number that its config.json gives. Chosen: far
# beyond any; more would take memory or time before the weights are seen.
MAX_LAYERS = 512
MAX_CONFIG_NUMBER = 10**9
# The reply of a server, bytes, and the text of the answer in it, characters. Chosen: far beyond
# any answer.
MAX_REPLY_BYTES = 4_000_000
MAX_ANSWER_CHARACTERS = 400_000
# A question that a gateway passes on, bytes, and the connections that it keeps. Chosen: several
# times the largest picture; four of each of 64 robots.
MAX_QUESTION_BYTES = 2**25
MAX_GATEWAY_CONNECTIONS = 256
# Characters of a value that is quoted in a message, and of a reason that a library gives.
# Chosen: a line of a log.
QUOTED_CHARACTERS = 80
REASON_CHARACTERS = 240
