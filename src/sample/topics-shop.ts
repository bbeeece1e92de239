import { list, type Topic } from './grammar.ts'

export const shopTopics: readonly Topic[] = [
  {
    name: 'jewelry',
    templates: [
      '{metal} {piece} with {stone}',
      '{stone} {piece} in {metal}, {cut} cut, {price}',
      'Handmade {metal} {piece}, {stone} beads, boho {piece}',
      '.925 {metal} pendant and {1..3} {stone} {8..14} mm',
      'Vintage {cut} cut {stone} engagement ring, {metal} halo setting',
      '{piece} gift set, {metal} chain with {stone} charm, {shop}',
    ],
    words: {
      metal: list('14k gold|sterling silver|rose gold|platinum|gold plated|oxidized silver|brass|white gold'),
      piece: list(
        'necklace|stud earrings|bangle bracelet|signet ring|anklet|brooch|choker|hoop earrings|cufflinks',
      ),
      stone: list(
        'moonstone|sapphire|freshwater pearl|turquoise|opal|emerald|cubic zirconia|garnet|lapis lazuli|diamond|amethyst|labradorite',
      ),
      cut: list('emerald|oval|marquise|princess|pear|cushion'),
    },
  },
  {
    name: 'dresses',
    templates: [
      '{color} {fabric} {neck} {dress}',
      'Women’s {dress} with {neck} and {sleeve}, {fabric}',
      'Long formal {fabric} {dress}, {neck}, prom evening gown in {color}',
      '{maker} {fabric} {dress} - {color} - size {6..18}',
      'Plus size {color} {dress}, {sleeve}, {season} {2012..2024}',
      'Bohemian {fabric} {dress} with {sleeve} and floral print',
    ],
    words: {
      fabric: list('chiffon|satin|lace|linen|sequin|velvet|tulle|cotton poplin|silk crêpe|jersey'),
      neck: list(
        'V-neck|off-the-shoulder|halter|sweetheart neckline|boat neck|spaghetti strap|backless|high neck',
      ),
      dress: list(
        'maxi dress|midi dress|cocktail dress|wrap dress|shift dress|bridesmaid gown|sundress|bodycon dress',
      ),
      sleeve: list('puff sleeves|cap sleeves|long sleeves|bell sleeves|ruffled hem|side slit'),
    },
  },
  {
    name: 'shirts and hoodies',
    templates: [
      '{quote} {shirt}, funny gift for {who}',
      'Men’s {fit} {shirt} in {color}, {fabric}',
      '{shirt} with “{quote}” print, unisex, sizes S-{XL|3XL|5XL}',
      '{color} zip up {shirt}, {fabric}, embroidered logo, {maker}',
      'Toddler {shirt} “{quote}”, {color}',
    ],
    words: {
      quote: list(
        'I’d Rather Be Fishing|World’s Okayest Dad|Coffee First|Sorry I’m Late, I Saw a Dog|Nap Queen|Ctrl Alt Defeat|Plant Lady|The Trouble with Mondays|Straight Outta Yarn|Retired and Loving It',
      ),
      shirt: list('T-Shirt|hoodie|tank top|sweatshirt|long sleeve tee|polo shirt|baseball raglan|onesie'),
      who: list('teachers|nurses|gamers|grandpa|runners|cat lovers|engineers|mom'),
      fit: list('slim fit|oversized|regular fit|performance|heavyweight|organic'),
      fabric: list('100% ringspun cotton|fleece|moisture wicking polyester|French terry|bamboo blend'),
    },
  },
  {
    name: 'shoes',
    templates: [
      '{maker} {shoe} {color}/{color} {men|women}’s, size {36..47}',
      '{leather} {shoe} with {detail}',
      'Men’s {leather} {shoe}, {detail}, {color}',
      '{shoe} outfit ideas, {detail}, on feet look',
      'Pair of {color} {shoe} with {detail} on white background',
      'Kids {shoe}, {detail}, EU {24..35}, {shop}',
    ],
    words: {
      shoe: list(
        'running sneakers|Chelsea boots|ballet flats|stiletto heels|hiking boots|loafers|ankle boots|sandals|high-top trainers|brogues|espadrilles|slippers',
      ),
      leather: list('suede|patent leather|full grain leather|vegan leather|canvas|nubuck'),
      detail: list(
        'memory foam insole|block heel|velcro straps|rubber lug sole|pointed toe|laces|buckle strap|gel cushioning',
      ),
    },
  },
  {
    name: 'watches',
    templates: [
      '{maker} {watch} {38..44}mm, {dial} dial, {strap}',
      'Vintage {watch}, {dial} dial, {movement}, {1952..1989}',
      '{watch} with {strap} and {dial} dial, water resistant {30|100|200|300} m',
      'Ladies {watch}, {dial} dial, {strap}, {price}',
      'Skeleton case back of a {watch}, {movement}',
    ],
    words: {
      watch: list(
        'chronograph watch|dive watch|automatic wristwatch|pocket watch|field watch|dress watch|smartwatch|GMT pilot watch',
      ),
      dial: list('mother of pearl|guilloché blue|black|sunburst green|white enamel|panda'),
      strap: list(
        'stainless steel bracelet|brown leather strap|NATO strap|Milanese mesh|rubber strap|alligator strap',
      ),
      movement: list('Swiss quartz movement|25 jewels automatic|hand wound caliber|solar movement'),
    },
  },
  {
    name: 'bags',
    templates: [
      '{color} {material} {bag} with {detail}',
      '{maker} {bag} in {material}, {detail}, {price}',
      'Personalized {material} {bag} for {men|women|kids}, {detail}',
      '{bag} {12..65}L with {detail}, carry-on approved',
      'Quilted {bag}, {color}, {detail}, fashion handbags wholesale',
    ],
    words: {
      material: list(
        'pebbled leather|waxed canvas|recycled nylon|raffia straw|crocodile embossed|faux fur|ripstop',
      ),
      bag: list(
        'tote bag|crossbody bag|backpack|duffel bag|clutch|wallet|laptop messenger bag|suitcase|bucket bag',
      ),
      detail: list(
        'gold chain strap|laptop sleeve|zip pockets|tassel|adjustable strap|brass buckle|drawstring closure|spinner wheels',
      ),
    },
  },
  {
    name: 'phone cases',
    templates: [
      '{design} phone case for {phone}',
      '{material} case with {feature} for {phone}, {design}',
      '{phone} screen protector, {feature}, {2..5} pack',
      'Wallet flip cover for {phone}, {design}, {feature}',
      'Shockproof {material} {phone} back cover with {feature}',
    ],
    words: {
      phone: [
        'Pixelon {5..9}',
        'Pixelon {5..9} Pro Max',
        'Orbit S{10..24} Ultra',
        'Nova Mini {2..6}',
        'Tabula {8..12} inch tablet',
      ],
      design: list(
        'marble print|glitter liquid|botanical line art|camo|cute avocado|cosmic swirl|leopard|monogram',
      ),
      material: list('silicone|clear TPU|carbon fiber|wooden|biodegradable|leather'),
      feature: list('ring holder|card slots|magnetic charging|tempered glass|raised bezels|kickstand'),
    },
  },
  {
    name: 'electronics',
    templates: [
      '{maker} {device} with {spec} and {spec}',
      '{device} {spec}, {color}, open box',
      'Unboxing and review: {device}, {spec}',
      'How to fix a {device}: {spec} repair guide',
      '{device} vs {device}: which has the better {spec}?',
      'Power adapter charger for {maker} {device}, {5..24}V {1..6}A',
    ],
    words: {
      device: list(
        'wireless earbuds|NVMe SSD|mirrorless camera|mechanical keyboard|bluetooth speaker|drone|27 inch monitor|graphics card|router|laptop|soundbar|3D printer|e-reader|digital voltmeter',
      ),
      spec: list(
        '240 Hz refresh|active noise cancelling|USB-C|1 TB|RGB backlight|4K video|IP67|WiFi 6|36 h battery life|OLED display|low latency',
      ),
    },
  },
  {
    name: 'toys',
    templates: [
      '{toy} with {detail}, ages {1..12}+',
      'Vintage {toy}, {1950..1999}, original box',
      'Wooden {toy} for toddlers, {detail}, Montessori',
      '{toy} {24..2400} pieces building set, {detail}',
      '{maker} {toy}, {detail}, birthday gift, {shop}',
      'Plush {animal} {toy}, {18..60} cm, {detail}',
    ],
    words: {
      toy: list(
        'stacking blocks|dollhouse|remote control car|jigsaw puzzle|action figure|train set|board game|robot|teddy|kite|marble run|play kitchen',
      ),
      animal: list('elephant|bunny|penguin|dragon|sloth|octopus'),
      detail: list(
        'lights and sounds|non-toxic paint|glow in the dark|magnetic tiles|movable arms|rechargeable battery|storage box',
      ),
    },
  },
  {
    name: 'tools and hardware',
    templates: [
      '{tool} {3..40}" {grade}',
      '{maker} {tool}, {grade}, {2..120} pcs',
      'Galvanized {part} M{4..24} x {10..200}, DIN {125..985}, {grade}',
      'Industrial {machine} for {work}, {1..75} kW, manufacturer',
      'How to use a {tool} for {work}',
      '{part} assortment kit, {grade}, box of {10..500}',
    ],
    words: {
      tool: list(
        'cordless drill|socket wrench set|circular saw|pipe wrench|chisel|torque screwdriver|angle grinder|spirit level|clamp|soldering iron',
      ),
      part: list(
        'hex bolts|anchor bolts|ball bearings|steel grating|door hinges|hose clamps|flange nuts|threaded rod|brass fittings',
      ),
      machine: list(
        'plate rolling machine|CNC lathe|air compressor|packaging machine|concrete mixer|hydraulic press|conveyor belt',
      ),
      work: list('metalworking|woodworking|sheet bending|plumbing|welding|mining|food processing'),
      grade: list('stainless steel A2|heavy duty|grade 8.8|zinc plated|hardened|chrome vanadium|IP54'),
    },
  },
  {
    name: 'real estate',
    templates: [
      '{1..6} bedroom {home} for {sale|rent} in {street}, {city}',
      '{home} with {feature} and {feature}, {45..420} m², {city}',
      'Property photo {1..40} of {5..60}: {home}, {street}',
      'Thumbnail {2..6} bed {home} to rent in {street}, {city}',
      'Open house: renovated {home} with {feature}, {street}',
      'Floor plan of a {1..5} bedroom {home}, {feature}',
    ],
    words: {
      home: list(
        'terraced house|flat|penthouse|bungalow|farmhouse|townhouse|studio apartment|villa|semi-detached house|loft',
      ),
      street: list(
        'Mill Lane|Church Road|Harbor Street|Elm Avenue|Station Road|Orchard Close|Park Crescent|Kings Court',
      ),
      feature: list(
        'a private garden|a garage|a heated pool|sea views|a roof terrace|fitted wardrobes|off-street parking|a conservatory|a new boiler',
      ),
    },
  },
  {
    name: 'health and medicine',
    templates: [
      '{organ} anatomy diagram with labels, medical illustration',
      '{doctor} examining a patient’s {organ}, {stock}',
      '{supplement} {30..240} {capsules|tablets|gummies}, supports {organ} health',
      'X-ray image of the {organ}, {view} view',
      '{5..15} natural remedies for {complaint}',
      '{exercise} exercise for {complaint}, physiotherapist with patient',
    ],
    words: {
      organ: list('knee joint|heart|lumbar spine|liver|lung|shoulder|kidney|thyroid gland|brain'),
      doctor: list('Doctor|Nurse|Dentist|Radiologist|Physiotherapist|Surgeon'),
      supplement: list(
        'Vitamin D3|omega-3 fish oil|magnesium glycinate|turmeric extract|probiotic|collagen powder|zinc',
      ),
      view: list('lateral|frontal|oblique'),
      complaint: list('back pain|insomnia|migraine|arthritis|hay fever|anxiety|tennis elbow'),
      exercise: list('Stretching|Resistance band|Yoga|Foam roller|Breathing'),
    },
  },
  {
    name: 'outdoor gear',
    templates: [
      '{maker} {gear} {spec}, {color}',
      '{gear} for camping and {sport}, {spec}',
      'Best {gear} of {2015..2024}, tested: {spec}',
      '{color} {gear} with {spec}, {shop}',
      'Ultralight {gear}, {350..2900} g, {spec}',
    ],
    words: {
      gear: list(
        'rain jacket|down sleeping bag|insulated water bottle|fishing reel|tent for {2..6} persons|binoculars|kayak paddle|rifle scope|headlamp|softshell pants|inflatable SUP board',
      ),
      spec: list(
        'waterproof 20,000 mm|800 fill power|IPX7|10x42|ripstop nylon|double wall vacuum|4 season|carbon shaft',
      ),
      sport: list('fishing|hunting|climbing|paddling|trail running'),
    },
  },
] // prettier-ignore
