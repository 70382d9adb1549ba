"""Stop words: the function words of some languages.

Strategy: short lists on purpose, written for this package: articles, pronouns, prepositions, conjunctions, auxiliary
verbs and the commonest particles. Words that may carry a topic are not in them, nor are negations, which turn a
sentence round. English is scikit-learn's own list, so that the same name means the same words there and here.
"""

from __future__ import annotations

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

__all__ = ["LANGUAGES", "stop_words"]

_LISTS = {
    "arabic": """
        في من إلى على عن مع هذا هذه ذلك تلك هؤلاء الذي التي الذين أن إن كان كانت يكون تكون هو هي هم هن أنا نحن أنت
        أو ثم قد كل بعض عند عندما بين حتى إذا لكن كما أي ما
    """,
    "chinese": """
        的 了 是 在 和 与 及 或 而 也 都 就 我 你 您 他 她 它 我们 你们 他们 她们 它们 这 那 这个 那个 这些 那些 之 着
        吗 呢 吧 啊 把 被 从 对 于 为 以 由 所 其 很 还 又 个 則 與 為 們 我們 你們 他們 她們 它們 這 這個 這些 那個 著
        嗎 從 對 於 還 個 们 們 些
    """,
    "danish": """
        og i jeg det at en et den til er som på de med han af for var sig men har vi havde ham hun nu over da fra du ud
        dem os op man hans hvor eller hvad skal selv her alle vil blev kunne ind når være kom mig deres have hende min
        mit mine din dit dine sin sit sine denne dette disse under også om efter ved vor vores bliver blive så kan hos
    """,
    "dutch": """
        de het een en van in is op te dat die voor met zijn er aan als om dan of door maar over bij ook uit tot naar ik
        je jij u hij ze zij we wij jullie hen hun hem haar mijn jouw uw ons onze dit deze wat wie waar hoe was waren ben
        bent heb hebt heeft hebben had hadden word wordt worden werd werden kan kunnen zal zullen zou moet zo nog wel al
        daar hier me mij zich der des den
    """,
    "french": """
        le la les un une des du de au aux et ou où mais donc or car que qui quoi dont ce cet cette ces cela ça ceci il
        elle on ils elles je tu nous vous me te se lui leur leurs y en moi toi soi eux mon ma mes ton ta tes son sa ses
        notre nos votre vos à dans par pour sur sous avec sans chez entre vers si comme est es suis sommes êtes sont
        était étaient être été ai as a avons avez ont avait avaient avoir eu qu c d j l m n s t jusqu lorsque puis quand
        aussi plus très
    """,
    "german": """
        der die das den dem des ein eine einen einem einer eines und oder aber doch denn sondern als wie wenn ob dass
        daß weil ich du er sie es wir ihr mich mir dich dir ihn ihm uns euch ihnen sich mein meine meinen meinem meiner
        dein deine sein seine seinen seinem seiner ihre ihren ihrem ihrer unser unsere euer eure dieser diese dieses
        diesen diesem jener jene jenes welcher welche welches in im an am auf aus bei beim mit nach von vom vor zu zum
        zur über unter um durch für gegen ohne bis seit zwischen bin bist ist sind seid war waren wird werden wurde
        wurden worden hat haben hatte hatten kann können man auch noch nur so da hier dort schon sehr
    """,
    "italian": """
        il lo la i gli le un uno una di a da in con su per tra fra del dello della dei degli delle al allo alla ai agli
        alle dal dallo dalla dai dagli dalle nel nello nella nei negli nelle sul sullo sulla sui sugli sulle e ed o od
        ma se che chi cui come quando dove io tu lui lei noi voi loro mi ti si ci vi ne mio mia miei mie tuo tua suo sua
        suoi sue nostro nostra vostro vostra questo questa questi queste quello quella quelli quelle è sono sei siamo
        siete era erano essere stato stata ho hai ha abbiamo avete hanno aveva avere anche più molto l dell all dall
        nell sull un c d
    """,
    "japanese": """
        の は が を に で と も や へ か な ね よ だ です ます した して する ある いる なる この その あの これ それ
        あれ ここ そこ から まで より など また こと もの ため れる られ った って には とは ので でき
    """,
    "norwegian": """
        og i jeg det at en et ei den til er som på de med han av for var seg men har vi hadde ham hun nå over da fra du
        ut dem oss opp man hans hvor eller hva skal selv her alle vil ble kunne inn når være kom meg deres ha henne min
        mitt mine din ditt dine sin sitt sine denne dette disse under også om etter ved vår vårt våre blir bli så kan
        hos dere
    """,
    "polish": """
        i w we na z ze do o od po za przez przy dla pod nad przed między u a ale lub albo oraz czy że żeby aby bo jak
        jako gdy kiedy gdzie kto co który która które którzy ten ta to ci te tego tej tym tych ja ty on ona ono my wy
        oni one mnie mi ciebie cię ci go mu jego jej ją im ich nas nam was wam się siebie mój moja moje twój swój swoje
        nasz wasz jest są był była było były być będzie będą ma mają już też także tak tylko
    """,
    "portuguese": """
        o a os as um uma uns umas de do da dos das em no na nos nas por pelo pela pelos pelas para com sem sob sobre
        entre até ao à aos às e ou mas se que quem qual como quando onde eu tu ele ela nós vós eles elas você vocês me
        te lhe lhes meu minha meus minhas teu tua seu sua seus suas nosso nossa este esta estes estas esse essa esses
        essas aquele aquela isto isso aquilo é são sou somos era eram foi foram ser está estão estar estava tem têm
        tinha ter há também mais muito já num numa
    """,
    "russian": """
        и в во на с со к ко у о об от до по за из изо над под при для без через между а но или либо да же ли бы что
        чтобы как когда где кто который которая которое которые если то так тоже также я ты он она оно мы вы они меня
        мне мной тебя тебе его ему им её ее ей нас нам вас вам их ими себя себе мой моя моё мои твой свой своя свои наш
        ваш этот эта это эти тот та те того этого этой этом тем был была было были быть будет есть уже ещё еще
    """,
    "spanish": """
        el la los las un una unos unas de del a al en con por para sin sobre entre hasta desde y e o u pero si que quien
        cual como cuando donde yo tú él ella nosotros vosotros ellos ellas usted ustedes me te se le les lo nos os mi
        mis tu tus su sus nuestro nuestra nuestros nuestras vuestro vuestra este esta estos estas ese esa esos esas
        aquel aquella esto eso es son soy eres somos era eran fue fueron ser está están estar estaba ha han he hemos
        había haber hay tiene tienen también más muy ya qué cómo
    """,
    "swedish": """
        och i att det som en ett den på är av för med till han jag de var sig om men har hon hade vi så när du där nu än
        upp ut kan ska från eller vad sina hans här alla vid under över mig efter dig henne då sin sitt hur dem blir bli
        blev oss man sedan dess någon något några detta denna dessa vara varit min mitt mina din ditt dina er era vår
        vårt våra deras också ni
    """,
    "turkish": """
        ve veya ile ya da de ki ama fakat için gibi kadar bir bu şu o bunu şunu onu bunun onun ben sen biz siz onlar
        bana sana ona bize size onlara beni seni bizi sizi benim senin bizim sizin onların mi mı mu mü ne nasıl çok daha
        en her ise olan olarak oldu olur idi
    """,
}

#: The languages that `stop_words` knows.
LANGUAGES: tuple[str, ...] = tuple(sorted([*_LISTS, "english"]))


def stop_words(language: str) -> list[str]:
    """Return the stop words of a language, in alphabetical order; add lists up for several languages.

    >>> stop_words("german")[:4]
    ['aber', 'als', 'am', 'an']
    """
    return sorted(ENGLISH_STOP_WORDS if language == "english" else set(_LISTS[language].split()))
