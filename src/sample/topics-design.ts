import { list, type Topic } from './grammar.ts'

export const designTopics: readonly Topic[] = [
  {
    name: 'typefaces',
    templates: [
      '{font} - {style} font family with {2..18} weights',
      '{font} {style} typeface by {person}, OTF TTF WOFF',
      'Free {style} font {font}, ligatures, alternates and swashes',
      'Type specimen of {font}, a {style} in {light|bold|black} italic, uppercase and numerals',
      '{font} Script | handwritten brush font duo with swashes',
      'Letterpress wood type alphabet, {style}, {4..20} line, Hamilton style',
      'Kerning pairs and glyphs of the {style} typeface {font}',
    ],
    words: {
      font: list(
        'Marlow Grotesk|Quillon|Bastide|Nordling Sans|Hesper|Oriel Display|Tinderbox|Calder Mono|Lumen Slab|Sorrel|Vesper Antiqua|Pomelo Rounded',
      ),
      style: list(
        'sans serif|geometric sans|slab serif|blackletter|didone serif|monospaced|grotesque|calligraphic script|stencil|condensed display|humanist serif|art deco',
      ),
    },
  },
  {
    name: 'logos',
    templates: [
      'Logo design for {business}, {style} mark with letter {A|B|C|K|M|R|S}',
      '{style} {emblem} logo template, vector EPS {8..10}',
      '{business} logo, {style} emblem with {emblem}, brand identity mockup',
      'Business card and letterhead mockup, {business}, {style} monogram',
      '{emblem} icon logo vector isolated on white background',
      'Logotype and brand guidelines for {business} in {color} and white',
    ],
    words: {
      business: list(
        'a coffee roastery|a dental clinic|a law firm|a yoga studio|a craft brewery|a real estate agency|a bike workshop|a pet groomer|a bakery|a software startup|a barber shop|a solar company',
      ),
      style: list(
        'minimalist|flat|vintage badge|hexagonal|negative space|line art|gradient|hand drawn|luxury gold',
      ),
      emblem: list(
        'mountain|fox|leaf|crown|lion head|infinity|lighthouse|tree of life|shield|paper plane|owl|wave',
      ),
    },
  },
  {
    name: 'posters',
    templates: [
      'Vintage travel poster {place}, art deco lithograph, {1925..1962}',
      '{place} retro railway poster print, {24..40}x{30..60} cm',
      'Movie poster for “{film}” ({1948..2022}), one sheet, {genre}',
      '“{film}” {genre} film poster, starring {person} and {person}',
      'Mid-century modern exhibition poster, {place} Kunsthalle, {1951..1969}',
      'Screen printed gig-style poster for the {genre} movie {film}',
    ],
    words: {
      place: list(
        'Lake Como|Amalfi Coast|Zermatt|Biarritz|Cinque Terre|Havana|St. Moritz|Monaco|Yosemite|the Norwegian fjords|Brighton|Rio de Janeiro',
      ),
      film: list(
        'The Ninth Passenger|Moonlight over Trieste|Return of the Swamp King|Static|A Train to Nowhere|Neon Requiem|The Glass Diver|Dust Riders|Laughter in the Attic',
      ),
      genre: list(
        'film noir|science fiction|spaghetti western|horror|romantic comedy|heist thriller|silent era|kung fu|animated',
      ),
    },
  },
  {
    name: 'infographics',
    templates: [
      '{topic} infographic, {3..12} steps with icons, PowerPoint template',
      '{chart} showing {topic} by {quarter|region|year}, slide {2..48}',
      'Business presentation slide: {topic}, {chart} and timeline',
      'Infographic elements: {chart}, arrows, percentage circles, {topic}',
      'PPT diagram of {topic} with {3..8} stages, editable {chart}',
      'Whiteboard animation explaining {topic}',
    ],
    words: {
      topic: list(
        'customer journey|supply chain|digital marketing funnel|renewable energy mix|SWOT analysis|project roadmap|employee onboarding|cyber security threats|market share|startup budget|agile workflow|carbon footprint',
      ),
      chart: list(
        'pie chart|bar chart|Gantt chart|flowchart|Venn diagram|pyramid chart|fishbone diagram|line graph|org chart|mind map',
      ),
    },
  },
  {
    name: 'antique maps',
    templates: [
      'Antique map of {region} by {maker2}, hand colored copper engraving, {1590..1790}',
      'Old map of {region}, {1700..1899}, railways, rivers and mountains, reproduction print',
      '{region} nautical chart, soundings in fathoms, {1820..1955}',
      'Topographic map of {region}, contour lines, scale 1:{25|50|250},000',
      'Political map of {region} with borders, capitals and roads, vector',
      'World map double hemisphere with sea monsters and cartouche, {maker2}, {1590..1710}',
    ],
    words: {
      region: list(
        'the Iberian Peninsula|the Low Countries|Scandinavia|the Holy Roman Empire|the Ottoman Empire|the Great Lakes|the West Indies|Tartary|the Cape of Good Hope|Bohemia|the Hebrides|Patagonia|the East Indies|Transylvania|the Barbary Coast',
      ),
      maker2: list(
        'a Dutch cartographer|a Venetian workshop|the royal geographer|an Amsterdam atlas maker|the Admiralty',
      ),
    },
  },
  {
    name: 'wallpapers',
    templates: [
      '{theme} wallpaper {1920x1080|2560x1440|3840x2160|1080x1920} HD desktop background',
      '{theme} {4K|5K|8K} wallpaper for {phone|iPad|desktop|dual monitor}',
      'Free download {theme} live wallpaper, AMOLED dark background',
      'HD wallpapers {theme}, {artistic|abstract|minimal|aesthetic} lock screen',
      '{theme} background {1366x768|2560x1080|1440x2960}, widescreen wallpaper, {color}',
    ],
    words: {
      theme: list(
        'neon city rain|low poly mountains|synthwave sunset|abstract fluid gradient|dark galaxy|anime girl under cherry tree|cyberpunk alley|minimal dunes|macro water drops|lightning over prairie|fractal spiral|foggy pines|retro grid horizon|bioluminescent waves|hexagon pattern',
      ),
    },
  },
  {
    name: 'seamless patterns',
    templates: [
      'Seamless pattern with {motif}, {style} vector background',
      '{style} seamless {motif} texture for fabric, wrapping paper and textile',
      '{motif} repeat pattern tile, {style}, {color} on {color}',
      'Digital paper pack, {8..24} {style} {motif} seamless patterns',
      'Endless {style} ornament with {motif}, swatch included, EPS',
    ],
    words: {
      motif: list(
        'tropical leaves|paisley|polka dots|cats and yarn|pineapples|damask flourishes|chevrons|Christmas trees|terrazzo chips|mushrooms and acorns|sea waves|checkerboard|hearts|dinosaurs|moroccan trellis',
      ),
      style: list('hand drawn|art nouveau|scandinavian|boho|geometric|doodle|vintage|memphis|folk art'),
    },
  },
  {
    name: 'video games',
    templates: [
      'Screenshot of {game} on {PC|Switch|handheld}, {level}',
      '{game} gameplay trailer, {level} and new {gear}',
      '{game}: how to beat the boss of {level}, walkthrough part {2..60}',
      'Concept art for {game}, {level}, by {person}',
      'Pixel art {gear} sprite sheet, {16|32|64}x{16|32|64}, RPG tileset {level}',
      '{game} Deluxe Edition key art with {gear} - patch notes {1..4}.{0..9}',
    ],
    words: {
      game: list(
        'Emberfall Tactics|Skyrunner Zero|Dungeon of Lanterns|Kart Comets|Hollow Signal|Farmstead Days|Mecha Dominion|Puzzle Pirates Bay|Wraithwood Online|Orbital Siege',
      ),
      level: list(
        'the ice temple|level 12 forest dungeon|the lava fortress|final boss arena|underwater ruins|the clockwork tower|night race track|tutorial village|multiplayer lobby',
      ),
      gear: list(
        'plasma sword|dragon mount|pixel knight|loot chest|mech armor|mana potion|crossbow skin|goblin npc',
      ),
    },
  },
  {
    name: 'album covers',
    templates: [
      '{band} - {album} ({vinyl|CD|cassette|LP}), {genre}, {1968..2023}',
      'Album cover of {album} by {band}, {genre} record, {mono|stereo|remastered}',
      '{album} [{180g|colored|gatefold}] vinyl LP by {band}',
      '{band} announce new {genre} album {album}, share single and tracklist',
      'Listen to {album}: {genre} playlist with {band}, {10..22} tracks mp3',
    ],
    words: {
      band: list(
        'The Paper Lanterns|Velvet Harbor|Owl Parliament|Sister Static|Copper Coast Trio|Night Bus Ensemble|Glacier Choir|Los Faroles|DJ Marzipan|The Rusty Saints',
      ),
      album: list(
        'Songs for Empty Rooms|Low Tide|Golden Hour Blues|Signals|Live at the Granary|Second Sleep|Tape Hiss|Midnight Ferry|Bloom & Decay',
      ),
      genre: list(
        'shoegaze|delta blues|techno|bossa nova|indie folk|hard bop jazz|synth pop|death metal|ambient|hip hop|reggae dub',
      ),
    },
  },
] // prettier-ignore
