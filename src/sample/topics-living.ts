import { list, type Topic } from './grammar.ts'

export const livingTopics: readonly Topic[] = [
  {
    name: 'recipes',
    templates: [
      '{adj} {dish} with {side}, easy recipe in {15..60} minutes',
      '{dish} recipe with {side} served in a cast iron skillet',
      'Bowl of {adj} {dish} topped with {side}, overhead shot',
      'How to make {adj} {dish} - slow cooker dinner with {side}',
      'Gluten free {dish} with {side} on a rustic wooden table',
      'Meal prep {dish} and {side}, {250..700} calories per serving',
    ],
    words: {
      adj: list(
        'creamy|spicy|crispy|one-pot|vegan|garlic butter|smoky|healthy|Thai style|oven baked|homemade',
      ),
      dish: list(
        'chicken curry|butternut squash soup|shrimp tacos|mushroom risotto|beef stew|lentil dal|salmon fillets|stuffed peppers|pad thai|lamb kofta|ramen noodles|chickpea salad|pork dumplings|lasagna|paella',
      ),
      side: list(
        'roasted potatoes|cilantro and lime|parmesan|steamed rice|avocado|fresh basil|pickled onions|toasted almonds|garlic bread|green beans|feta cheese',
      ),
    },
  },
  {
    name: 'cakes and baking',
    templates: [
      '{flavor} {bake} with {topping}',
      '{2..4} tier {flavor} {bake} decorated with {topping} for a {birthday|baby shower|anniversary}',
      'Easy {flavor} {bake} recipe, {topping} and powdered sugar',
      'Slice of {flavor} {bake} with {topping} on a white plate',
      'Baking a {flavor} {bake}: dough, oven and {topping}',
      'Tray of {6..48} {flavor} {bake} with {topping}, bakery window',
    ],
    words: {
      flavor: list(
        'lemon|chocolate|red velvet|vanilla bean|carrot|matcha|salted caramel|raspberry|coconut|cinnamon|hazelnut|pumpkin spice',
      ),
      bake: list(
        'cupcakes|layer cake|cheesecake|macarons|tart|brownies|sourdough loaf|cookies|muffins|croissants|bundt cake|éclairs',
      ),
      topping: list(
        'buttercream frosting|whipped cream|ganache|fresh berries|sprinkles|meringue|fondant flowers|toasted pecans|royal icing',
      ),
    },
  },
  {
    name: 'coffee and drinks',
    templates: [
      '{drink} in a {glass} with {garnish}',
      '{drink} cocktail recipe, {garnish}, shaken over ice',
      'Barista pouring latte art, {drink} in a {glass} at a café in {city}',
      '{drink} tasting notes: {note}, {garnish}',
      'Bottle of {maker} {drink} with label, {700|750|330} ml',
      'Iced {drink} with {garnish} in a {glass} on a bar counter',
    ],
    words: {
      drink: list(
        'espresso|negroni|flat white|pinot noir|gin and tonic|cold brew|old fashioned|margarita|single malt whisky|aperitivo spritz|pale ale|pu-erh tea|hot chocolate|cappuccino',
      ),
      glass: list('coupe glass|ceramic mug|mason jar|tumbler|copper mug|pint glass|porcelain cup'),
      garnish: list(
        'orange peel|a sprig of rosemary|foam|a salted rim|mint leaves|a cinnamon stick|maraschino cherry|cardamom',
      ),
      note: list(
        'dark cherry and leather|citrus and jasmine|peat smoke and honey|cocoa and plum|hops and grapefruit',
      ),
    },
  },
  {
    name: 'living rooms',
    templates: [
      '{style} living room with {piece} and {piece}',
      '{style} lounge interior, {piece}, {wall}',
      'Small living room ideas: {piece}, {wall}, {style} decor',
      '{color} velvet {sofa|sectional sofa} in a {style} living room with {piece}',
      '3D rendering of a {style} living room, {wall}, {piece}',
      'Cozy {style} sitting room, {wall}, {piece}, interior design by {person}',
    ],
    words: {
      style: list(
        'mid-century modern|farmhouse|industrial loft|Scandinavian|coastal|japandi|bohemian|art deco|rustic|minimalist|eclectic',
      ),
      piece: list(
        'a jute rug|a leather armchair|floating shelves|a marble coffee table|a brass floor lamp|linen curtains|a gallery wall|a stone fireplace|a fiddle leaf fig|a sectional|a credenza|throw pillows',
      ),
      wall: list(
        'exposed brick wall|shiplap|herringbone floor|dark green walls|white paneling|vaulted ceiling with beams|bay windows',
      ),
    },
  },
  {
    name: 'kitchens and bathrooms',
    templates: [
      '{style} kitchen with {surface} and {fixture}',
      '{style} bathroom remodel, {surface}, {fixture}',
      'Kitchen cabinets refacing: {style} shaker doors, {surface}',
      'Before and after small bathroom, {fixture} and {surface}',
      '{fixture} in {brass|matte black|brushed nickel}, {maker} bathroom collection',
      'Kitchen island with {surface}, pendant lights, {fixture}',
    ],
    words: {
      style: list('white|galley|contemporary|country|navy blue|open plan|traditional|compact|luxury master'),
      surface: list(
        'quartz countertops|subway tile backsplash|zellige tiles|butcher block counter|terrazzo floor|hexagon mosaic|marble vanity|walnut cabinets',
      ),
      fixture: list(
        'freestanding bathtub|farmhouse sink|rain shower head|pull-down faucet|range hood|double vanity|towel radiator|walk-in shower|wall-mounted toilet|induction hob',
      ),
    },
  },
  {
    name: 'furniture',
    templates: [
      '{maker} {piece} in {wood} and {cover}',
      'Pair of {era} {piece}s in {wood}, {price}',
      '{era} {wood} {piece} for sale, good vintage condition',
      '{piece} {70..240}cm, {wood} veneer, assembly required, {shop}',
      'Restored {era} {piece}, {cover} upholstery, attributed to {person}',
      'DIY {wood} {piece} plans, free woodworking tutorial',
    ],
    words: {
      piece: list(
        'lounge chair|dining table|sideboard|bookcase|dresser|bar stool|nightstand|writing desk|bench|wardrobe|rocking chair|bunk bed|console table',
      ),
      wood: list('teak|walnut|rosewood|white oak|birch plywood|reclaimed pine|mahogany|bamboo|ash'),
      cover: list('bouclé|cane|saddle leather|gray wool|rattan|velvet|woven paper cord'),
      era: list('Danish modern|Victorian|1960s|Art Nouveau|Louis XVI style|Shaker|Bauhaus|French provincial'),
    },
  },
  {
    name: 'gardens and flowers',
    templates: [
      '{plant} in bloom in the {season} garden, {place}',
      'Growing {plant} from {seed|bulbs|cuttings}: care, soil and watering tips',
      '{plant} ‘{cultivar}’ perennial, {9..20}cm pot, full sun',
      'Close-up macro of {color} {plant} petals with dew drops',
      '{plant} and {plant} along a gravel path in {place}',
      'Bouquet of {color} {plant} and {plant} in a glass vase',
      'Garden design with raised beds, {plant}, and {place}',
    ],
    words: {
      plant: list(
        'dahlias|hydrangeas|lavender|climbing roses|tulips|foxgloves|peonies|echinacea|wisteria|irises|sweet peas|sunflowers|clematis|hostas|camellias|alliums',
      ),
      place: list(
        'a walled garden|a cottage border|the botanical garden|a greenhouse|a backyard pergola|the allotment',
      ),
      cultivar: list('Café au Lait|Limelight|Hidcote|Lady Ashdown|Black Parrot|Moonbeam|Queen of Night'),
    },
  },
  {
    name: 'crafts',
    templates: [
      'Free {craft} pattern: {item} in {yarn}',
      '{item} {craft} kit with {yarn} and needles',
      'Handmade {craft} {item}, {color} {yarn}',
      '{craft} tutorial for beginners: {item}, row by row',
      'Finished {craft} {item}, {yarn}, blocked and weaving in ends',
      'Vintage {craft} {item}, {1900..1985}, hand stitched',
    ],
    words: {
      craft: list('crochet|knitting|quilting|cross stitch|macramé|embroidery|needle felting|patchwork'),
      item: list(
        'baby blanket|granny square cardigan|plant hanger|amigurumi bear|table runner|mittens|sampler|log cabin quilt|shawl|Christmas stocking|beanie hat|tote bag|wall hanging',
      ),
      yarn: list('merino wool|cotton thread|chunky yarn|alpaca|linen floss|acrylic yarn|mohair|jute cord'),
    },
  },
  {
    name: 'weddings',
    templates: [
      '{style} wedding {thing} at {venue}',
      'Bride and groom {moment}, {venue}, {city} wedding photographer',
      '{style} wedding {thing} with {flowers}',
      '{month} wedding at {venue}: {first} & {first}, {flowers}',
      'Bridesmaids in {color} dresses holding {flowers} bouquets',
      '{color} {style} wedding invitation with {flowers}, save the date',
    ],
    words: {
      style: list('rustic barn|beach|boho|elegant|vintage|garden|winter|black tie|elopement'),
      thing: list(
        'centerpieces|cake table|ceremony arch|reception tent|place settings|invitation suite|bouquet|favors|seating chart',
      ),
      venue: list(
        'a vineyard in Tuscany|the old town hall|a lakeside lodge|Ashdown Manor|a cliff top chapel|an olive grove|the botanical conservatory',
      ),
      moment: list(
        'first dance|cutting the cake|exchanging rings|walking down the aisle|kissing under confetti|leaving with sparklers',
      ),
      flowers: list('eucalyptus and roses|baby’s breath|pampas grass|white peonies|ranunculus|orchids'),
    },
  },
  {
    name: 'hair and makeup',
    templates: [
      '{20..60} {cut} hairstyles for {length} hair',
      '{cut} with {color2} highlights, {length} hair, salon result',
      '{look} makeup tutorial with {product}',
      '{maker} {product}, shade {nude|berry|plum|coral|espresso}, swatches and review',
      '{nail} nails with {color} gel polish, {almond|coffin|square} shape manicure',
      'Prom updo with {cut} and {look} eye makeup',
    ],
    words: {
      cut: list(
        'layered bob|pixie cut|beach waves|box braids|curtain bangs|balayage|shag|undercut fade|French braid|messy bun',
      ),
      length: list('short|medium|long|curly|fine|natural|thick'),
      color2: list('caramel|ash blonde|copper|rose gold|platinum|chestnut'),
      look: list('smoky eye|bridal|dewy|cat eye|festival glitter|natural glam|halloween'),
      product: list(
        'matte lipstick|eyeshadow palette|liquid foundation|mascara|highlighter|brow pencil|setting powder|blush stick',
      ),
      nail: list('French tip|marble|ombre|chrome|glitter|matte'),
    },
  },
  {
    name: 'party printables',
    templates: [
      '{holiday} party printable {item}, {animal} theme, instant download',
      '{animal} {1..9}th birthday invitation, {item}, editable template',
      'Kids coloring page: {animal} with {item}, {holiday} worksheet',
      '{holiday} {item} for preschool, cute {animal} cut and paste',
      'DIY {holiday} {item} with {animal}, free printable PDF',
    ],
    words: {
      holiday: list(
        'Halloween|Easter|Valentine’s Day|birthday|baby shower|St. Patrick’s Day|Thanksgiving|back to school|Christmas',
      ),
      item: list(
        'banner|gift tags|bingo cards|cupcake toppers|photo booth props|bookmark|word search|paper crown|party favors|coloring sheet',
      ),
      animal: list(
        'unicorn|dinosaur|llama|safari lion|mermaid|bunny|monster truck|sloth|pirate parrot|space bear',
      ),
    },
  },
] // prettier-ignore
