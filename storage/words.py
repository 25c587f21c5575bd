"""The two words printed on an invite, by which a person knows the bot and the bot gives nothing away.

Plain words a nine-year-old reads, and none that could hurt in any pairing: no person, body, food that is a joke, drink,
weapon, height, railway or rope, nothing of home or family, no animal used as an insult, no colour said of skin.
"""

from __future__ import annotations

import secrets

_FIRST = (
    "airy amber apricot aqua autumn azure balmy basil bay beige berry blue bold bouncy breezy bright brisk bronze "
    "bubbly buttery calm candy cedar cheery chestnut chilly chirpy choral citrus clear clever cloudy coastal cobalt "
    "comic cool copper coral cosmic cosy cotton crimson crinkly crisp crystal curly curvy cyan dainty dappled "
    "daring dawn denim desert dewy dotted dreamy dusty early earthy easy emerald evening even fancy feathery "
    "festive fluffy foamy folded fresh frosty fuzzy gentle gilded glad glassy gleaming glittery glossy glowing "
    "golden grand grassy green hazel heather hidden honey hopeful humming icy indigo inky iris ivy jade jazzy jolly "
    "keen khaki kind lasting lavender leafy lemon level lilac lime lively lofty lucky lunar magenta magic maple "
    "maroon mauve mellow merry mighty mild mint misty modern morning mossy navy neat nifty nimble noble northern "
    "oaken olive opal open orange orchid pearl pebbly peppery perky pink plaid polar polished prime proud puffy "
    "purple quick quiet quilted rainy rapid rare rippled rosy royal ruby rugged rustic sandy sapphire scarlet sepia "
    "shady shiny silent silky silver sleek smooth snowy soft solar southern sparkly spicy spiral spotted starry "
    "steady still striped sturdy summer sunny swift teal tidal tidy tiny topaz tranquil tropical turquoise twinkly "
    "upbeat velvet vivid warm wavy western windy winter wise witty woolly zesty zippy"
)
_SECOND = (
    "acorn anchor apple armchair arrow atlas badge bagel balloon banjo barley barn basket beach beacon beanbag "
    "beetle bell bicycle biscuit blanket blossom boat bongo book boot bottle boulder bowl bracelet branch breeze "
    "brook brush bubble bucket buckle bugle bus butterfly button cactus camera campfire canal candle canoe canvas "
    "carpet castle cello chalk cloud clover coaster cobweb comet compass cookie corner crab crane crayon cricket "
    "crown cup curtain cushion daffodil daisy dolphin domino dragonfly drum duck dune eagle easel echo engine "
    "envelope falcon feather fern ferry fiddle field finch firefly flag flower flute forest fossil fountain fox "
    "garden gecko glacier globe glove granite guitar hammock harbour harp hat hazelnut hedge heron hill horizon "
    "island jacket jigsaw jug kayak kettle kingfisher kite koala ladybird lagoon lake lamp lantern leaf lemur "
    "library lighthouse lily lizard llama lobster lynx magnet magpie map marble market maze meadow melody mirror "
    "mitten moon moth mountain mug mural notebook oak oasis ocean orchard orchestra otter owl paddle paint palace "
    "panda paper park parrot pebble pelican pencil penguin piano picnic pillow pine pinecone planet plum pocket "
    "pond postcard puffin pumpkin puzzle quilt rabbit raft rainbow raincoat ribbon river robin rocket rose sail "
    "sandal satellite saucer scarf seahorse seashell shoe skylark slipper snail snowdrop snowflake sock sparrow "
    "spring squirrel stamp star starfish stream summit sunflower swallow swan table tambourine tangerine teapot "
    "thistle thunder ticket tiger toast toucan tractor trail tree trumpet tulip turtle umbrella valley vase violin "
    "wagon walnut waterfall wave whistle willow window wren yacht zebra"
)
FIRST = tuple(_FIRST.split())
SECOND = tuple(_SECOND.split())


def two_words() -> str:
    """A pair such as "blue kite", out of some fifty thousand."""
    return f"{secrets.choice(FIRST)} {secrets.choice(SECOND)}"
