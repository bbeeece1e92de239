import { list, type Words } from './grammar.ts'

/** A caption of several sentences, longer than the 77 tokens that CLIP reads. */
export interface LongCaption {
  readonly topic: string
  readonly template: string
}

/** News, museum labels, guides and listings: what makes real alt text run on. */
export const longCaptions: readonly LongCaption[] = [
  {
    topic: 'oil paintings',
    template:
      '{person} ({1820..1870}-{1890..1930}), {title}, oil on canvas, signed and dated lower right. Exhibited in {city} in {1880..1925} and thought lost until it was found in the attic of a {house} near {city}, the painting shows the village square on market day, with the church tower in haze, two women bargaining over a basket of eggs, and a boy who looks straight out at the viewer. The restoration, which took {2..5} years, removed a thick yellow varnish and uncovered a second figure by the well that earlier catalogues do not mention.',
  },
  {
    topic: 'hiking',
    template:
      'A {color} blaze marks the trail on a hardwood tree about {2..9} miles from the northern trailhead, where the path leaves the old logging road, crosses the brook on slippery stones, and begins to climb in earnest toward the {mountain}. Leave early in {month}, carry at least {2..4} liters of water a person, and turn back if clouds build over the ridge, because there is no shelter between the last spring and the summit cabin, and the descent on the far side is steep, loose and badly marked.',
  },
  {
    topic: 'football',
    template:
      '{city}, {country} - {month} {1..28}: {person} of Harbor United and {person} of FC Estrela fight for possession of the ball during the second half of the cup semi-final at the municipal stadium. The match was stopped for {5..40} minutes after heavy rain flooded the pitch, resumed in front of some {8..60} thousand supporters who had stayed in the stands, and was decided only in extra time by a header from a corner. (Photo by {person}/The {city} Courier)',
  },
  {
    topic: 'real estate',
    template:
      'A rare chance to buy this {2..6} bedroom {house} on a quiet lane within walking distance of the station, the primary school and the weekly market. The ground floor has an entrance hall with the original tiles, a dual aspect sitting room with a wood burning stove, a kitchen and breakfast room that opens on the south facing garden, a utility room and a cloakroom; upstairs are the principal bedroom with fitted wardrobes, a family bathroom, and a study with a view over the rooftops to the hills. No onward chain, viewing by appointment only.',
  },
  {
    topic: 'recipes',
    template:
      'For the sauce, soften {2..4} finely chopped onions in olive oil over a low heat for at least {15..30} minutes, add garlic, a pinch of {spice} and the tomatoes, and let it all simmer while you roast the vegetables. Layer everything in a deep dish, scatter with breadcrumbs and cheese, and bake until the top is crisp and the edges bubble; it keeps for {2..4} days in the refrigerator, freezes well, and tastes even better the day after with a green salad, a slice of toasted sourdough and a glass of something cold.',
  },
  {
    topic: 'wildlife',
    template:
      'A {color} collared research {animal} walks past a camera trap shortly before dawn on the {1..30}th of {month}, one of only {12..90} known adults in the reserve. Biologists from the university of {city} have followed the population for {4..25} years and say that roads, fences and new villages now cut the old migration routes into pieces, so that young animals which leave their mothers in search of a territory seldom get far; the corridor that opened last year, paid for by visitors of the park, is meant to change that.',
  },
  {
    topic: 'modern architecture',
    template:
      'The new library in {city}, designed by {last} Architects with engineers from {city}, folds {3..9} floors of reading rooms around an atrium that brings daylight down to the children’s department in the basement. Its facade of {color} glazed bricks was made by a family firm in the region, the timber of the roof comes from the city’s own forest, and rainwater is kept in a tank below the square; the jury praised “a generous building that asks nobody to be quiet, and in which nearly everybody is”.',
  },
  {
    topic: 'castles and cathedrals',
    template:
      'Der Dom von außen: Die Westfassade mit ihren {2..4} Türmen wurde im {12..15}. Jahrhundert begonnen und erst nach mehr als dreihundert Jahren vollendet, weil Kriege, Brände und Geldmangel den Bau immer wieder unterbrachen. Über dem Hauptportal sieht man die törichten und die klugen Jungfrauen, darüber das große Rosenfenster, dessen Glas während des Krieges ausgebaut, in Kisten verpackt und in einem Bergwerk bei {city} versteckt wurde; seit der Restaurierung leuchtet es wieder in den alten Farben, besonders am späten Nachmittag im {month}.',
  },
  {
    topic: 'book covers',
    template:
      'Photograph from the family album: {first} and {first} {last} with their {3..9} children in front of the {house} at {city}, probably {1898..1938}. On the back somebody has written in pencil the names of all who are in the picture, the name of the dog, and the words “the last summer before we left”; the album came to the archive with letters, two diaries, a box of pressed flowers and a recipe book, and has been digitized with the help of volunteers, who would be glad to hear from anybody who can tell them more.',
  },
  {
    topic: 'space',
    template:
      'This mosaic of {12..180} frames, taken on {3..9} nights in {month} from a dark site in {country}, shows the whole of the nebula and the faint shell of gas around it, which is seldom recorded because it needs very long exposures through a narrow filter. Red is hydrogen, green is sulfur and blue is oxygen; the bright knot left of the center is a cluster of hot young stars, only some million years old, whose winds have blown the cavity, and the dark lanes in front of it are dust in which the next stars are forming even now.',
  },
  {
    topic: 'cakes and baking',
    template:
      'Recette de grand-mère : mélangez {200..500} g de farine avec le beurre froid coupé en dés, ajoutez le sucre, une pincée de sel et {2..5} œufs, puis laissez reposer la pâte au frais pendant au moins {1..3} heures. Étalez-la ensuite sur un plan de travail fariné, garnissez-la de pommes épluchées et coupées en fines tranches, arrosez de crème fraîche et de cannelle, et faites cuire à four chaud jusqu’à ce que les bords soient bien dorés ; servez la tarte tiède, avec une boule de glace à la vanille et un verre de cidre doux.',
  },
]

export const longWords: Words = {
  title: list('Market Day|The Egg Sellers|Morning at the Well|Saint John’s Eve'),
  house: list('farmhouse|rectory|mill|villa|schoolhouse|manor'),
  mountain: list('saddle|fire tower|south peak|hut'),
  spice: list('cumin|smoked paprika|saffron|nutmeg'),
  animal: list('leopard|wolf|lynx|tiger|bear'),
}
