import { list, type Topic } from './grammar.ts'

export const outdoorTopics: readonly Topic[] = [
  {
    name: 'landscapes',
    templates: [
      '{sky} over {land}, {country}',
      'Landscape photograph of {land} in {season} with {sky}, {country}',
      '{land} with {detail}, {sky}, long exposure',
      'Panorama: {land}, {detail}, {country} - {stock}',
      'Aerial drone view of {land} in {country}, {sky}',
      'Fine art landscape print, {sky} and {detail}',
    ],
    words: {
      sky: list(
        'golden hour light|storm clouds|a double rainbow|northern lights|morning mist|a blood red sunset|low fog|crepuscular rays|a starry sky',
      ),
      land: list(
        'rolling hills|a lavender field|a frozen lake|a canyon|a basalt column cliff|terraced rice paddies|a salt flat|a birch forest|a glacier lagoon|red sand dunes|a moor with heather|a lone tree',
      ),
      detail: list(
        'a winding road|a wooden fence|reflections|a stone bridge|a waterfall|a red cabin|grazing sheep|a dirt track',
      ),
    },
  },
  {
    name: 'hiking',
    templates: [
      'Hikers on the {trail} trail below {peak}, {country}',
      'Backpacking the {trail}: day {2..9}, {gear} and summit of {peak}',
      'Trail marker on the {trail} near {peak}, elevation {820..4810} m',
      'Climber with {gear} on the north ridge of {peak}',
      'Camping tent and {gear} at sunrise under {peak}',
      'Ski touring above the hut on {peak}, powder snow and {gear}',
    ],
    words: {
      trail: list(
        'Larch Pass|Seven Lakes|Old Pilgrim|Ridgeway|Tarn Loop|Condor|King’s Stair|Glen Orra|Via Alta',
      ),
      peak: list(
        'Mount Orvik|Pico Blanco|the Trident|Grey Widow|Ben Dorran|Monte Sella|Kanchi Ri|the Hornspitze|Mount Tamber',
      ),
      gear: list(
        'crampons|a 60 liter backpack|trekking poles|an ice axe|ropes and harness|a camp stove|a headlamp',
      ),
    },
  },
  {
    name: 'beaches',
    templates: [
      '{beach} with {detail}, {island}',
      'Turquoise water and white sand at {beach}, {island}, travel guide',
      'Top {5..25} beaches of {island}: {beach}',
      'Surfer carrying a board along {beach} at sunset',
      'Overwater bungalow resort, {beach}, {island}, all inclusive holiday',
      'Snorkeling with {fish} off {beach}, {island}',
    ],
    words: {
      beach: list(
        'a hidden cove|Palm Beach|a coral reef lagoon|Shell Bay|a black sand beach|a sandbar at low tide|Playa Dorada|Long Beach pier',
      ),
      detail: list(
        'palm trees and hammocks|striped parasols|long-tail boats|sunbathers|sandcastles|deck chairs|footprints in the sand',
      ),
      island: list(
        'Maldives|Sardinia|Zanzibar|Bali|Crete|Barbados|Seychelles|Mallorca|Fiji|Phuket|Hawaii|the Algarve',
      ),
      fish: list('sea turtles|manta rays|clownfish|parrotfish|whale sharks'),
    },
  },
  {
    name: 'city skylines',
    templates: [
      '{city} skyline at {time} with {detail}',
      'Cityscape of {city}: {detail} seen from {place}',
      '{city} downtown skyscrapers reflected in the river at {time}, {stock}',
      'Traffic light trails in {city} at {time}, {detail}',
      'Rooftop view over {city}, {detail}, {time}',
      'Tourist map style illustration of the {city} skyline silhouette, vector',
    ],
    words: {
      time: list('night|blue hour|dusk|dawn|rush hour|midday'),
      detail: list(
        'office towers|the TV tower|red roofs|a suspension bridge|construction cranes|tram lines|the cathedral dome|the harbor ferries|fireworks',
      ),
      place: list('the observation deck|the castle hill|a hotel window|the opposite bank|a helicopter'),
    },
  },
  {
    name: 'modern architecture',
    templates: [
      '{material} {building} by {last} Architects, {city}',
      'Contemporary {building} with {feature} and {material} facade',
      '{building} floor plan and section, {material}, {feature}',
      'Architectural rendering of a {building} with {feature}, {city}',
      'Brutalist {building} in {material}, built {1958..1979}, {city}',
      'Passive house {building}, {feature}, designed by {person}',
    ],
    words: {
      material: list(
        'board-formed concrete|Corten steel|curved glass|cross laminated timber|white stucco|perforated aluminum|brick lattice|travertine',
      ),
      building: list(
        'museum|villa|concert hall|public library|housing block|pavilion|airport terminal|university campus|chapel|office tower|swimming hall',
      ),
      feature: list(
        'a cantilevered roof|a spiral staircase|a green roof|a reflecting pool|an open atrium|floor-to-ceiling windows|a folded facade',
      ),
    },
  },
  {
    name: 'castles and cathedrals',
    templates: [
      '{century} century {building}, {city}, {part}',
      'Interior of the {building} with {part}, {country}',
      'Ruins of the medieval {building} above the village, {country}',
      '{part} of the Gothic {building}, {city}',
      'Postcard: {building} of Saint {first}, {city}, {1898..1935}',
      'Guided tour of the {building}: {part} and crypt',
    ],
    words: {
      century: list('11th|12th|13th|14th|15th|16th'),
      building: list(
        'cathedral|castle|abbey|monastery|basilica|fortress|bell tower|cloister|palace|synagogue|mosque',
      ),
      part: list(
        'stained glass rose window|flying buttresses|vaulted nave|drawbridge and moat|frescoed dome|carved portal|stone gargoyles|battlements|bell tower|baroque altar',
      ),
    },
  },
  {
    name: 'wildlife',
    templates: [
      '{animal} {doing} in the {habitat}, wildlife photography',
      'Wild {animal} and its young {doing}, {habitat}',
      'Close up of a {animal} face, {habitat}, national park',
      'Endangered {animal} {doing}, conservation photo',
      'Safari: {animal} and {animal} at a waterhole',
      'Camera trap picture of a {animal} {doing} at night',
    ],
    words: {
      animal: list(
        'African elephant|snow leopard|red deer stag|brown bear|giraffe|orangutan|gray wolf|cheetah|hippopotamus|arctic fox|bison|zebra|meerkat|lynx|rhinoceros|gorilla',
      ),
      doing: list(
        'drinking|resting in the shade|running|grazing|hunting|crossing a river|yawning|looking at the camera|fighting',
      ),
      habitat: list('savanna|snow|rainforest|Okavango Delta|taiga|tundra|bush|grassland'),
    },
  },
  {
    name: 'birds',
    templates: [
      '{bird} perched on a {perch}',
      'Male {bird} in breeding plumage, {perch}, birding photo',
      '{bird} in flight with spread wings, {season}',
      '{bird} feeding chicks in the nest box, {season}',
      'Juvenile {bird} on a {perch}, {country}, bird identification',
      'Flock of {bird}s over the wetland at dusk',
    ],
    words: {
      bird: list(
        'kingfisher|barn owl|Atlantic puffin|goldfinch|hoopoe|bald eagle|great blue heron|robin|peregrine falcon|hummingbird|toucan|waxwing|avocet|sandpiper|woodpecker|flamingo',
      ),
      perch: list('mossy branch|fence post|reed stem|feeder|cherry twig|rock by the stream|telephone wire'),
    },
  },
  {
    name: 'dogs and cats',
    templates: [
      '{breed} {age} {doing}',
      'Cute {breed} {age} with {color} collar {doing}',
      'Adopt {pet}: a {breed} {age} looking for a home, rescue shelter',
      '{breed} {age} {doing} on white background, {stock}',
      '{product} for {breed} and other pets, {size}, {shop}',
      'Funny picture of a {breed} {doing}',
    ],
    words: {
      breed: list(
        'golden retriever|tabby|French bulldog|Siamese|border collie|dachshund|Maine Coon|beagle|ginger|corgi|German shepherd|British shorthair|pug|husky|Persian',
      ),
      age: list('puppy|kitten|dog|cat|mix|senior'),
      doing: list(
        'sleeping in a basket|chasing a ball|licking its nose|sitting on the windowsill|wearing a bandana|playing with yarn|begging for treats|getting a bath|yawning',
      ),
      pet: list('Biscuit|Luna|Pepper|Moose|Tilly|Figaro|Waffles'),
      product: list(
        'dog crate|cat tree|retractable leash|orthopedic pet bed|litter box|squeaky chew toy|slow feeder bowl',
      ),
      size: list('XS|S|M|L|XL'),
    },
  },
  {
    name: 'horses',
    templates: [
      '{breed} {horse} {doing} in the paddock',
      '{horse} and rider {jump}, show jumping {city}',
      'Leather {tack} for {breed} {horse}, {color} stitching',
      'Horse theme: jockeys, {breed} {horse}s and race day at {city} racecourse',
      '{color} {breed} {horse} galloping through {dust|water|snow}',
      'Equestrian dressage, {breed} {horse} {jump}',
    ],
    words: {
      breed: list(
        'Arabian|Friesian|Icelandic|Lipizzaner|Haflinger|Clydesdale|Andalusian|Appaloosa|thoroughbred',
      ),
      horse: list('stallion|mare|foal|gelding|pony'),
      doing: list('grazing|rearing|rolling|nuzzling a foal|trotting'),
      jump: list('clearing an oxer|in piaffe|at the water jump|in the arena|at a canter'),
      tack: list('saddle|bridle|halter|riding boots|stirrups'),
    },
  },
  {
    name: 'space',
    templates: [
      '{object} imaged by {scope} in {band}',
      'Astrophotography of the {object}, {2..40} hours of exposure, {scope}',
      'Artist’s impression of {planet} orbiting a red dwarf',
      '{planet} seen by the {probe} spacecraft, enhanced color',
      'Astronaut on a spacewalk outside the {station}, Earth below',
      'Rocket launch with {probe} aboard, plume over the launch pad',
      '{object} and {object} in one frame, deep sky, {band} filter',
    ],
    words: {
      object: list(
        'Orion Nebula|Andromeda Galaxy|Crab Nebula|Whirlpool Galaxy|Pleiades star cluster|Horsehead Nebula|Veil supernova remnant|Milky Way core|a barred spiral galaxy|a globular cluster',
      ),
      scope: list(
        'the space telescope|a 10 inch reflector|the radio observatory|an infrared survey|a backyard refractor',
      ),
      band: list('hydrogen alpha|near infrared|ultraviolet|X-ray|narrowband'),
      planet: list(
        'Saturn and its rings|Jupiter’s Great Red Spot|Mars|an exoplanet|Neptune|Pluto|a gas giant|Europa',
      ),
      probe: list('Wayfarer|Pathseeker 2|Aurora|Lantern|Selene'),
      station: list('space station|orbital module|cupola window'),
    },
  },
  {
    name: 'football',
    templates: [
      '{team} striker {person} celebrates scoring against {team}',
      '{person} of {team} and {person} of {team} fight for possession of the ball',
      '{team} vs {team}: match preview, line-ups and kickoff time',
      '{team} {home|away} jersey {2008..2024}, long sleeve, number {1..33}',
      'Goalkeeper {person} saves a penalty, {team} {0..4}-{0..3} {team}',
      'Fans of {team} with scarves in the stadium, {city} derby',
    ],
    words: {
      team: list(
        'Harbor United|FC Estrela|Sporting Valdez|North End Rovers|Dynamo Lesk|Real Cordera|Athletic Ashdown|Union Brandt|Inter Marina|Olympique du Port',
      ),
    },
  },
  {
    name: 'other sports',
    templates: [
      '{person} competes in the {event} heats, {city} {1992..2024}',
      '{event} final: {person} wins {gold|silver|bronze}, podium photo',
      '{person} serves during a {event} match at the {city} Open',
      'High school {event} team photo, season {1998..2023}',
      '{gear} for {event}, {maker}, {color}, size {S|M|L}',
      'Crowd cheering during {event}, {city} arena',
    ],
    words: {
      event: list(
        'basketball|tennis|volleyball|100 m hurdles|pole vault|freestyle swimming|ice hockey|baseball|cricket|judo|slalom|rowing eights|marathon',
      ),
      gear: list(
        'compression shorts|racket|helmet|mouthguard|goggles|batting gloves|shin guards|running vest',
      ),
    },
  },
  {
    name: 'cars',
    templates: [
      '{year} {make} {model} {body} in {color}',
      'Used {make} {model} {body}, {12..190},000 miles, {fuel}, automatic',
      '{make} {model} {part} replacement, {year}',
      'Interior of the {year} {make} {model}: dashboard, {part} and leather seats',
      'Vintage {make} {model} {body} at a classic car show in {city}',
      'Spy shots: next {make} {model} {fuel} {body} on test track',
    ],
    words: {
      year: ['{1956..2024}'],
      make: list('Valiere|Corsa Motori|Hartwell|Stahlberg|Mizuno Auto|Kestrel|Bravado|Lindholm'),
      model: list('GT4|Falcon|Astra Lux|R200|Meridian|Sprint|Voyager XL|Turbo S|Roadmaster|Z3 Coupe'),
      body: list('sedan|convertible|hatchback|station wagon|SUV|pickup truck|coupe|minivan'),
      fuel: list('diesel|hybrid|electric|V8|turbo petrol'),
      part: list(
        'alloy wheels|headlight assembly|brake pads|steering wheel|front bumper|exhaust system|infotainment screen|floor mats',
      ),
    },
  },
  {
    name: 'motorcycles and bicycles',
    templates: [
      '{bike} {part} - {year} {maker} {cc}',
      'Custom {bike} built by {last} Garage, {part}',
      '{bike} tire {90..140}/{70..100}-{17..21}, front and rear',
      '{maker} {bike} frame, {part}, {color}, {shop}',
      'Riding a {bike} on the mountain pass, {country}',
      'Kids balance {bike} with {part}, {color}',
    ],
    words: {
      bike: list(
        'café racer|scooter|mountain bike|touring motorcycle|road bike|dirt bike|e-bike|chopper|BMX|gravel bike|cargo bike',
      ),
      part: list(
        'carbon handlebars|disc brakes|suspension fork|chrome exhaust|saddle bag|leather grips|derailleur|spoked wheels|fuel tank',
      ),
      year: ['{1968..2024}'],
      cc: list('125cc|250cc|650cc|1200cc|29er|27.5 inch'),
    },
  },
  {
    name: 'concerts and festivals',
    templates: [
      '{act} performs at the {festival}, {city}, {month} {1..30}',
      'Crowd with raised hands in front of the main stage, {festival}',
      '{instrument} player on stage with {light}, {festival}',
      'Festival line-up poster: {festival}, {3..4} days, {12..80} bands, {city}',
      'Street parade with dancers in feathers, {festival} in {city}',
      'Lanterns and fireworks at the {festival}, {country}',
    ],
    words: {
      act: list(
        'A jazz quartet|A brass band|An indie rock band|A drum circle|A DJ|A gospel choir|A flamenco troupe',
      ),
      festival: list(
        'summer music festival|harvest carnival|lantern festival|open air festival|Holi color festival|film festival|jazz days|Day of the Dead parade',
      ),
      instrument: list('Trumpet|Electric guitar|Violin|Accordion|Drum|Bass'),
      light: list('smoke and lasers|blue spotlights|confetti|strobe lights|pyrotechnics'),
    },
  },
  {
    name: 'musical instruments',
    templates: [
      '{year} {maker} {instrument} in {finish}',
      '{instrument} with {wood} body and {part}, {price}',
      'Close-up of the {part} of a {instrument}',
      '{instrument} lessons for beginners: scales, chords and {part}',
      'Handmade {wood} {instrument} by luthier {person}',
      '{instrument} {part} replacement set, {maker}',
    ],
    words: {
      instrument: list(
        'acoustic guitar|semi-hollow electric guitar|upright piano|violin|cello|alto saxophone|ukulele|banjo|clarinet|accordion|harp|trumpet|analog synthesizer',
      ),
      wood: list('spruce|mahogany|maple|rosewood|koa|ebony'),
      part: list(
        'fretboard|tuning pegs|mother of pearl inlay|bridge|strings|mouthpiece|pickups|keys|soundhole rosette',
      ),
      finish: list('sunburst|natural satin|cherry red|black lacquer|brass'),
      year: ['{1924..2021}'],
    },
  },
  {
    name: 'trains and planes',
    templates: [
      '{train} at {city} station, {1921..2012}',
      '{train} crossing the viaduct near {city}',
      '{plane} taking off from {city} airport, planespotting',
      'Cockpit of a {plane} during night landing',
      'Model railway {train}, {HO|N|O} gauge, {maker}',
      'Airshow: {plane} in formation with smoke trails',
    ],
    words: {
      train: list(
        'steam locomotive No. {12..9999}|diesel railcar|high-speed train|narrow gauge railway|freight train|double-decker commuter train|funicular|tram line {1..28}',
      ),
      plane: list(
        'wide-body airliner|biplane|turboprop|fighter jet|seaplane|helicopter|glider|vintage bomber',
      ),
    },
  },
] // prettier-ignore
