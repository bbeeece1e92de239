import { list, type Words } from './grammar.ts'

/** Words that every topic may use. People and makers are made up; places are real. */
export const commonWords: Words = {
  color: list(
    'black|white|navy|emerald green|burgundy|mustard|blush pink|sky blue|charcoal gray|ivory|teal|terracotta|lavender|olive|coral|gold|silver|rust|mint|red',
  ),
  city: list(
    'Lisbon|Porto|Prague|Kyoto|Osaka|Marrakesh|Chicago|Boston|Seattle|Vancouver|Edinburgh|Dublin|Kraków|Budapest|Vienna|Seville|Bologna|Ghent|Bergen|Tallinn|Istanbul|Hanoi|Valparaíso|Cape Town|Melbourne',
  ),
  country: list(
    'Portugal|Iceland|Norway|Scotland|Ireland|Italy|Greece|Croatia|Morocco|Japan|Vietnam|Nepal|Chile|Peru|Canada|New Zealand|Slovenia|Namibia|Indonesia|Mexico',
  ),
  first: list(
    'Anna|Marta|Elena|Ingrid|Priya|Yuki|Amara|Sofia|Clara|Hannah|Tomas|Jonas|Mateo|Daniel|Kofi|Hiro|Omar|Lukas|Felix|Ruben',
  ),
  last: list(
    'Holloway|Brandt|Okafor|Lindqvist|Moreau|Castellano|Petrov|Tanaka|Whitcombe|Novak|Ferreira|Ashdown|Kowalski|Marchetti|Halvorsen|Delacroix|Osei|Rahman|Vasquez|Thornbury',
  ),
  person: ['{first} {last}'],
  month: list('January|February|March|April|May|June|July|August|September|October|November|December'),
  season: list('spring|summer|autumn|winter'),
  maker: list(
    'Norrvik|Halden & Co.|Bellmere|Tarn Supply|Oakhaven|Studio Lumio|Fjordline|Marrow & Pine|Castello|Kestrel Works|Avenmoor|Sundial|Brightwater|Ostra|Velden',
  ),
  price: ['USD {9..399}.{99|00|95}', '€{12..450}', '£{5..220}'],
  stock: list(
    'Royalty Free Stock Photo|stock photo|Stock Image|stock photography|Stock Illustration|Photo Thumbnail|high resolution photo',
  ),
  shop: list(
    'Free Shipping|New Arrival|On Sale|Best Price|Limited Edition|Back in Stock|Handmade|Wholesale|Set of {2..12}|In Stock',
  ),
} // prettier-ignore
