import { list, type Topic } from './grammar.ts'

export const artTopics: readonly Topic[] = [
  {
    name: 'oil paintings',
    templates: [
      '{subject}, oil on canvas by {person}, {1870..2022}',
      'Original {style} oil painting of {subject}',
      '{person} - {subject} ({1880..1960}), {style} painting, oil on {canvas|panel|board}',
      'Large {style} canvas wall art, {subject}, hand painted {24..60}x{20..48} inches',
      '{subject} | palette knife oil painting by {person}',
      'Framed giclée print of {subject} after a painting by {person}',
    ],
    words: {
      style: list(
        'impressionist|expressionist|realist|abstract|fauvist|baroque|romantic|tonalist|plein air|cubist',
      ),
      subject: list(
        'a harbor at dawn|sailing boats at low tide|a still life with lemons and a pewter jug|haystacks under snow|a woman reading by the window|poppies in a wheat field|a river bend with poplars|an orchard in blossom|the old mill after rain|a bowl of pears|fishermen mending nets|a Venetian canal at dusk|peonies in a blue vase|a stormy sea with a schooner|a dancer tying her shoe|cows by the water',
      ),
    },
  },
  {
    name: 'watercolors',
    templates: [
      'Watercolor {subject} clipart, {soft|pastel|loose} hand painted illustration PNG',
      '{subject} watercolour on cold pressed paper, {A5|A4|A3}',
      'Set of {3..24} watercolor {subject} prints for nursery wall',
      'How to paint {subject} in watercolor, step by step tutorial for beginners',
      'Delicate watercolor wash of {subject} with ink outlines by {person}',
      'Greeting card with watercolor {subject} and deckled edge',
    ],
    words: {
      subject: list(
        'eucalyptus wreath|hummingbird|red fox|lavender bouquet|whale|hot air balloon|mushrooms|autumn leaves|jellyfish|wildflower border|hedgehog|moon phases|citrus slices|peony|barn owl|seashells|ferns|dragonfly',
      ),
    },
  },
  {
    name: 'museum prints',
    templates: [
      'Woodblock print of {scene}, {Edo|Meiji} period, ink and color on paper',
      '{scene}, Japanese woodcut, oban tate-e, c. {1790..1870}',
      'Etching and drypoint, {european}, second state of {2..5}, {1630..1780}',
      'Museum collection: lithograph of {european}, printed by {last} & Sons, {1840..1900}',
      'Engraving after {person}, {european}, plate {2..96} from a folio',
      'Ukiyo-e style {scene} with seal and signature',
    ],
    words: {
      scene: list(
        'travelers crossing a bridge in rain|a carp leaping a waterfall|Mount Fuji seen from a tea house|two actors in a kabuki play|cranes among pines|a courtesan holding a fan|plum blossoms by moonlight|a ferry on the Sumida River|snow falling on a mountain pass',
      ),
      european: list(
        'the beggar at the gate|a windmill by the dyke|three trees in a storm|ruins of the forum|a scholar in his study|the market square with a stone cross|Saint Jerome and the lion|a rhinoceros in profile',
      ),
    },
  },
  {
    name: 'sculpture',
    templates: [
      '{material} sculpture of {figure}, {height} cm, {century} century',
      '{figure}, {material}, sculpture garden in {city}',
      'Bust of {figure} in {material} on a walnut plinth',
      'Contemporary {material} sculpture titled “{title}” by {person}',
      'Close-up of a weathered {material} statue of {figure} at the cemetery in {city}',
      'Kinetic {material} installation “{title}” in the atrium, {city} Biennale',
    ],
    words: {
      material: list(
        'bronze|Carrara marble|limestone|terracotta|welded steel|alabaster|carved oak|granite|patinated copper',
      ),
      figure: list(
        'a reclining nymph|Athena with helmet|a kneeling archer|a roaring lion|a mother and child|Hermes with winged sandals|a weeping angel|a horse and rider|a Roman senator',
      ),
      height: list('18|24|32|45|61|88|120|180'),
      century: list('2nd|5th|12th|16th|18th|19th'),
      title: list('Undertow|Second Nature|Field Notes|The Weight of Air|Loop IV|Between Tides|Sleeper'),
    },
  },
  {
    name: 'street photography',
    templates: [
      'Black and white street photography, {scene} in {city}, {1955..2019}',
      '{scene}, {city} - 35mm film photograph by {person}',
      'Candid street photo: {scene} under a {red|yellow|torn} umbrella, {city}',
      'Gelatin silver print, {scene}, signed verso by {person}',
      'Night street scene with neon reflections, {scene}, {city}',
      'Grainy Tri-X film shot of {scene} on the {metro|tram|corner|stairs}',
    ],
    words: {
      scene: list(
        'commuters waiting for the tram|an old man reading the newspaper|children chasing pigeons|a shadow crossing a zebra crossing|a street vendor folding paper cones|lovers on a scooter|a flower seller counting coins|a barber looking out of his shop|a saxophone player in a passage|two nuns with ice cream|a boy jumping over a puddle',
      ),
    },
  },
  {
    name: 'portraits',
    templates: [
      'Studio portrait of a {who} with {light}, {look}',
      'Headshot of a smiling {who} in {clothes}, {look}, {stock}',
      'Close up portrait of a {who} with {feature} looking at camera',
      '{who} with {feature} wearing {clothes}, {light}, editorial portrait by {person}',
      'Environmental portrait: {who} in the workshop, {light}',
      'Corporate headshot, {who} in {clothes}, gray backdrop',
    ],
    words: {
      who: list(
        'young woman|elderly fisherman|businesswoman|teenage boy|middle-aged man|grandmother|redhead girl|bearded man|ballet dancer|farmer|potter|nurse',
      ),
      light: list(
        'Rembrandt lighting|soft window light|hard rim light|a ring light catch in the eyes|low key lighting|a single softbox',
      ),
      look: list('serious expression|gentle smile|eyes closed|laughing|looking away|hand on chin'),
      clothes: list('a linen shirt|a black turtleneck|a denim jacket|a navy suit|a wool scarf|overalls'),
      feature: list('freckles|curly hair|green eyes|a silver beard|round glasses|braided hair|face paint'),
    },
  },
  {
    name: 'book covers',
    templates: [
      '{title} by {person} ({Paperback|Hardcover|Kindle Edition|Audiobook})',
      'Book cover: {title}, a novel by {person}',
      '{title} ({series} #{1..12})',
      'Review of {title} by {person}, {1990..2023}, {180..720} pages',
      '{title}: {subtitle} - First Edition, dust jacket',
      'PDF download {title} {subtitle} ebook epub',
    ],
    words: {
      title: list(
        'The Salt Ledger|A Quiet Inheritance|House of Wrens|What the River Kept|The Clockmaker’s Daughter-in-Law|Nine Winters|The Last Apothecary|Under a Borrowed Sky|The Cartographer’s Lie|Ash and Honey|Letters from Tern Island|Murder at Low Tide|The Beekeeper’s Code|Girl in the Glass Orchard',
      ),
      series: list(
        'Harrow Lane Mysteries|The Emberfall Cycle|Tidewater Saga|Inspector Quill|Chronicles of Oria',
      ),
      subtitle: list(
        'A History of Forgetting|Essays on Work and Rest|The Illustrated Guide|A Memoir|Stories from the Edge of the Map|How Small Habits Last',
      ),
    },
  },
  {
    name: 'tattoos',
    templates: [
      '{style} {motif} tattoo on the {place}',
      '{motif} tattoo design, {style} flash sheet',
      '{20..120}+ {style} {motif} tattoo ideas for {men|women}',
      'Fresh {style} tattoo of a {motif} on {place} by {person}, ink by hand',
      'Temporary tattoo sticker, {motif}, waterproof, {place}',
      'Meaning of the {motif} tattoo, {style} sleeve on the {place}',
    ],
    words: {
      style: list(
        'fine line|blackwork|neo traditional|dotwork|geometric|minimalist|Japanese irezumi|watercolor style|old school|tribal|realistic|single needle',
      ),
      motif: list(
        'koi fish|snake and dagger|lotus flower|compass rose|wolf head|swallow|mandala|skull with roses|lighthouse|raven|phoenix|anchor|moth|octopus|dragon',
      ),
      place: list(
        'forearm|shoulder blade|ankle|rib cage|calf|back of the neck|wrist|thigh|upper arm|collarbone',
      ),
    },
  },
] // prettier-ignore
