"""First names, surnames, and words that stand where a name might and are none: lower case, without accents.

Written down from common knowledge: given names usual in France, its neighbours, the Maghreb, West Africa, Portugal,
Central Europe and English-speaking countries. Whether two capitalised words are a person is for `person` to say.
"""

from __future__ import annotations

from policies.detectors.given_names import ALSO_WORDS, RECENT


def _set(text: str) -> frozenset[bytes]:
    return frozenset(text.encode().split())


FRENCH = _set("""
    abel achille adam adelaide adele adeline adrien adrienne agathe agnes aime aimee alain albane albert alberte
    aldric alex alexandra alexandre alexandrie alexia alexis alfred alice alicia aline alix aliya alizee alphonse
    amandine amaury ambre ambrine amelie anais anastasie anatole andre andree ange angele angelina angelique anicet
    annabelle annaelle annaick anne annick annie anouk anthony antoine antoinette antonin apollinaire apolline
    ariane aristide armand armande armelle arnaud arnaude arsene arthur astrid aubert aubin aude audrey auguste
    augustin aure aurelia aurelie aurelien auriane aurore axel axelle aymeric baptiste barbara barnabe barthelemy
    bastian bastien bastienne baudouin beatrice benedicte benjamin benoit berenger berenice bernadette bernard
    berthe bertille bertrand bettina blandine boris briac brice brigitte brune bruno camille candice capucine carine
    carole caroline casimir catherine cecile cedric celeste celestin celestine celia celina celine cesar chantal
    charlene charles charline charlotte chloe christel christelle christian christiane christine christophe claire
    clara clarisse claude claudette claudie claudine clea clemence clement clementine cleo clotilde clovis colette
    coline come constance constantin coralie corentin corentine corinne cyprien cyrielle cyril cyrille damien daniel
    daniele danielle danny daphne david deborah delphine denis denise desire desiree didier dimitri dominique
    donatien dorian doriane dorine dorothee edgar edgard edith edmee edmond edouard edwige eglantine eleonore eliana
    eliane elie eliette eline eliot eliott elisa elisabeth elise ella elodie eloi eloise elsa elvire emeline emeric
    emile emilie emilien emilienne emma emmanuel emmanuelle emmy enora enzo eric erika ernest ernestine erwan erwann
    esteban estelle esther ethan etienne eugene eugenie eulalie eva evan evelyne evrard fabien fabienne fabrice
    fanny felicie felicien felicite felix ferdinand fernand fernande fernando fleur flora floran flore florence
    florent florentin florian floriane florine francette francine francis franck francois francoise frederic
    frederique gabin gabriel gabrielle gael gaelle gaetan gaetane gaspard gaston gauthier gautier genevieve geoffrey
    geoffroy georges georgette gerald geraldine gerard germain germaine gervais ghislain ghislaine gilbert gilberte
    gilles gisele giselle gladys godefroy gontran gregoire gregory guenaelle guilhem guillaume gustave guy guylaine
    gwenael gwenaelle gwendoline gwenn gwenola hadrien helene heloise henri henriette herve hippolyte honore
    honorine hortense hubert hugo hugues huguette ida ignace ines ingrid irene isaac isabelle isaure isidore ismael
    ivan jacinthe jackie jacky jacqueline jacques jade jean jeanine jeanne jeannette jeannine jeremie jeremy jerome
    jessica joachim joana jocelyn jocelyne joel joelle johan johanna johanne jonathan jordan joris joseph josephine
    josette josiane josselin josseline josue joyce jules julia julian juliane julie julien julienne juliette justin
    justine karen karine katia kelly kevin kilian killian laetitia lara laura laure laurence laurene laurent
    laurette laurie laurine lazare lea leana leandre leandro lena leo leocadie leon leonard leone leonie leontine
    leopold leslie lila lilian liliane lilou lily lina line lionel lisa lise lisette loan loane loic loig lola
    lorenzo loris lorraine lou louane louis louisa louise louison luc luca lucas luce lucette lucie lucien lucienne
    lucile lucille lucy ludivine ludovic lyam lydia lydie lyne madeleine mael maelie maelle maelys maeva magali
    magalie magdalena maite maiwenn malika malo manon manuel manuela marc marcel marcelin marceline marcelle
    marcelline margaud margaux margot marguerite maria marianne marie marielle marilyne marina marine marion marius
    marlene marthe martial martin martine marylene maryline maryse maryvonne mateo mathias mathieu mathilde mathis
    mathurin matteo matthias matthieu maud maude maurice mauricette max maxence maxime maximilien maya melanie
    melina meline melissa melody mercedes michel michele micheline michelle mickael mickaelle mila milan milena
    mireille monique morgan morgane muriel myriam nadege nadine nath nathalie nathan nathanael nelly nestor nicolas
    nicole nina ninon noa noah noe noel noelle noemi noemie nolan nolwen nolwenn norbert normand oceane octave
    octavie odette odile odilon olga olive olivia olivie olivier olympe ombeline ophelie oriana oriane orlane oscar
    oswald pascal pascale pascaline patrice patricia patrick paul paule paulette paulin pauline peggy penelope
    perrine philibert philippe philippine philomene pierre pierrette pierrick priscilla prosper prudence quentin
    rachel ralph raoul raphael raphaelle rayan raymond raymonde regine regis reine remi remy renaud rene renee
    richard robert roberte robin roch rodolphe rodrigue roger roland rolande rolland romain romane romaric romeo
    romuald romy ronan rosa rosalie rose roselyne rosemonde roxane roxanne rozenn sabine sabrina sacha salome
    salomon samantha samuel sandra sandrine sara sarah sasha saturnin savannah sebastien segolene serge sergine
    severine sibylle sidonie sigolene simon simone sixte soizic solange solene soline sonia sophie stanislas stella
    stephan stephane stephanie steve steven susan suzanne suzette suzie sylvain sylvaine sylvestre sylvette sylviane
    sylvie tancrede tanguy tatiana teddy thais thelma theo theodore theophile therese thibaud thibault thibaut
    thierry thomas thomasine tiffany timeo timothe timothee titouan toussaint tristan tugdual ugo ulysse urbain
    ursule valentin valentine valere valerie valery vanessa venceslas veronique vianney victoire victor victorien
    victorine vincent violaine violette virgile virginie viviane vivien wendy wilfrid wilfried william willy xavier
    yael yanis yann yannick yannis yoan yoann yohan yohann yolande yvan yves yvette yvon yvonne yvonnick zacharie
    zelie zephirin zoe
    """)

ELSEWHERE = _set("""
    aaron abdallah abdel abdelaziz abdelkader abdellah abderrahmane abdou abdoulaye abel abigail adalbert adam adama
    adel adela adil adrian adriana adriano agata agnes agnieszka agustin ahmed aicha aida aiden aino aisha aissatou
    alba albert alberto aldo alejandra alejandro aleksandr alessandra alessandro alessia alessio alexander alexey
    alfie alfonso alfredo ali alina alioune alison allen allison alvaro alvin alyssa amadi amadou amanda amelia amin
    amina aminata amine amir amira amparo amy ana anas anastasia anatoly anders andras andrea andreas andrei andrew
    andriy andrzej anezka angela angeles angelo angus anita anja anke anna annalisa anneliese annemarie annika
    anselmo ante antje anton antonella antonia antonio antti anwar aoife araceli arantxa archie arianna arjun
    armando armin arne arnold arturo asa asha ashley asma asmaa assane assia astou astrid attila attilio aurora
    avery awa axel aya aymen ayoub ayse aziz azzedine badr bakary balazs barbora barry bart battista bautista baya
    beata beatrice beatrix beatriz bechir begona bela belkacem benedetta bengt benjamin bente bernd bernice beth
    bettina betty beverly bianca bilal binta birgit birgitta birgitte bjorn blas bo bob bobby bogdan bohdan bonnie
    boris boubacar bozena bozidar brahim brahima bram brandon branko brenda brendan brent brian brianna britta
    bronwen brooklyn bruce bruna bruno bryan burak burkhard caitlin caleb callum camilla candela carina carla carlo
    carlos carlotta carmen carol carolyn carrie carsten carter catarina caterina cathy cecilia cem cesar cesare chad
    chaima charlie charlotte cheikh cherif cheryl chiara chloe chokri chris christa christian christina christopher
    cindy cinzia clara claudia claudio claus clifford colin concepcion connie connor conor consuelo cormac corrado
    craig cristian cristiano cristina cristobal crystal curtis cynthia daan dagmar daisuke dalila damian dan daniela
    daniele danny danuta daouda dario darko darlene darren dave david davide davor dawid deborah debra declan deepak
    denise deniz dennis derek detlef diana diane diarra diego dieter dilip dimitra dino dirk ditte djamel djibril
    dmitri dmitry dolores domenico domingo dominic don donald donatella donna doris dorota dorothea dorothy douglas
    dounia dragan drago driss duarte duncan dusan dylan eamon ebba eckhard ed eddie edeltraud edith edna edoardo
    eduardo edward edwin eero eileen eirik elaine eleanor elena elfriede elias elif elijah elin elisa elisabeth
    elisabetta eliska elizabeth elke ella ellen ellie elsa elsie elvira elzbieta emanuele emil emilia emiliano
    emilio emily emma emre encarnacion enrico enrique enzo erica erich erik erika erin erma ernesto ernst erwin
    erzsebet espen ester estrella eszter ethan ethel ettore eugene eugenia eunice eva evan evelyn evgeny evie ewa
    ewan ewelina fabian fabiana fabio fabiola fabrizio fadila fanta farah fares farid farida fatih fatiha fatima
    fatimah fatma fatou fatoumata fausto faycal federica federico feliciano felipe felix femke ferenc fergus feriel
    fermin fernanda fidel filip filipa filippa filippo fiona flavia flavio flemming floor florence florencia florian
    fouad francesca francesco francisca francisco frank frantisek franz fred freddie frederic frederick frederik
    fredrik freya friedhelm friedrich fritz fulvio gabor gabriel gabriele gaetano gaia gail gareth gary gavin geir
    gemma gennaro geoff geoffrey george georgina gerald geraldine gerardo gerda gerhard gertrud gertrude ghita
    giacomo giada gianluca gianni gijs gino gioia giordano giorgio giovanna giovanni gisela gitte giulia giulio
    giuseppe glenn gloria goncalo gonzalo goran gordon gosta graham grazia greg gregor gregorio greta grete grzegorz
    gudrun guido guillermo gunn gunnar gunter gunther gustav gustavo gwen gwyneth haakon habib hafida hafsa hajar
    hakan hakim hakima halim halima halina halvard hamid hamish hampus hamza hana hanae hanane hanna hannah hanne
    hannu hans harald harold harper harriet harry hartmut harvey hassan hatem hatice hayat hayley hazel heather
    hector hedi hege heidi heike heikki heiko heinrich heinz helen helena helga helge helle helmi helmut hendrik
    henning henriette henrik henrique henry herbert hernan herta hicham hilario hilary hilde hildegard hind hiroshi
    hjalmar holger horst houda howard hrvoje huda hugh hussein ian ib ibrahim ibrahima ibtissam ida idris idriss
    ignacio igor ihor iker ikhlas ikram ilaria ildiko ilona ilse imane imene imran imre ines inga ingeborg inger
    ingo ingrid ingvar inigo inmaculada insaf ioana irena irene irina iris irma irmgard isabel isabella isaiah
    isidro isla ismael issa istvan ivan ivana ivano ivo jack jackson jacob jadwiga jaime jake jakub jalal jamal
    james jamie jamila jan jana jane janet janice janne janos janusz jared jari jaroslav jasmin jasmine jason jasper
    javier jean jeanette jeff jeffrey jennifer jens jeroen jerry jerzy jesper jesse jessie jesus jette jill jim
    jimmy jiri jitka jo joan joann joanna joanne joao joaquin joaquina jochen joe joel johan johann johannes john
    johnny jolanta jon jonas joost jordi jorg jorge jorgen jorunn jose josef josefa josefina joshua josip joy joyce
    juan juana juanita jude judit judith judy juha jukka julia julian julio jure jurgen jussi justin justyna jutta
    kacper kader kadiatou kai kaisa kamal kamel kaoutar kare karel karen kari karim karima karin karl karla karol
    karsten kasia kasper kata katalin katarina katarzyna kate katharina katherine kathleen kathrin kathryn kathy
    kati katie katja katri katrin kayla keith kelly kenneth kenza kerstin khadidja khadija khaled khalid khalil kim
    kimberly kimmo kinga kirk kirsten kjell klara klaus knut konrad konstantin krista kristian kristina krisztina
    kruno krystyna krzysztof kurt kyle lachlan lahcen lamia lance lapo lara larbi larissa larry lars lasse laszlo
    latifa laura lauri laurie lazaro leandro lee leena leif leigh leila lena lene lenka lennart leonard leonardo
    leonor leroy leslie leticia letizia levente liam lidia lieke lieselotte liisa lina linda lindsay linnea linus
    lisa liv ljiljana lloyd logan lois lone lore lorena lorenza lorenzo loretta loris lorraine lotfi lothar loubna
    louis louisa lourdes luca lucas lucia luciana luciano lucie lucille ludek ludmila luigi luigia luis luisa luka
    lukas lukasz luke lutz lydia lynn maarten mabel macarena maciej madison mads magda magdalena magnus maha
    mahamadou mahmoud maimouna maj maja malcolm malene malgorzata malick malika malin mamadou manfred manolo manuela
    mara marc marcel marcela marcello marcelo marcia marcin marco marcos marcus marek margaret margareta margarete
    margarida margherita margit margot mari maria mariam mariama mariame marian mariana mariangela mariano maribel
    marie marieke marija marijke marilyn marina mario marion marisa marisol marit marius marjorie marketa marko
    markus marlies marouane marta martha martina martyn martyna mary maryam mason massimo mate mateusz matheus
    mathilde matias matija matilde mats matteo matthew matthias matti maura maureen maurice mauricio mauro max maxim
    maximo maxine mbaye megan mehdi mehmet meike melanie melinda melvin mercedes merete meriem merja messaoud mette
    mia micaela michael michal michela michelangelo michele mieke miguel mihai mika mikael mikaela mike mikhail
    mikkel mikko miklos milagros milan mildred milos mina minna minnie mirela miriam mirjana mirko miroslaw mitchell
    moez mogens mohamed mohammad mohammed mohand mokhtar molly moncef monica monika monique montserrat moritz morten
    mostafa mouna mounir mourad moussa moustapha murat mustafa mustapha mykola myrtle nabil nabila nacer nacho
    nadezhda nadia nadine nadir nadja naima najat najib nancy naomi nasser nassim natalia natalie natalya nathalia
    nathan nathaniel nawal nawel neil nenad nesrine niamh nicholas nick nicola nicolas nicole nicoleta nicolo niels
    nieves nigel nikita nikola nikolai nikolaj nikolay nikolina nils nina noah noel noemi noor nora norbert norma
    norman nour noureddine nuno nuria oana octavio odd oddvar oksana ola olaf olav ole oleg olena olga oliver olivia
    olof omar omari orazio orlando ornella ortwin oscar oskar osvaldo othmane ottavia otto ouafa ouarda oumar
    ousmane outi ove owen oystein ozlem paavo pablo padraig paivi paloma pamela paola paolo patricio patrick
    patrizia paula pauline paulo pavel pawel paz pedro peggy pekka pelle pepe per pernilla pernille perry petar
    peter petr petra petri phil philip philipp phillip phyllis pia piedad piero pieter pietra pietro pilar piotr
    pirjo poppy poul priya purificacion rabah rabia rachel rachid radek rafael rafal raffaele raffaella ragnar
    ragnhild rahma rahul raija rainer raj rajesh ralf ralph ramiro ramon ramona ramzi randall randi rania raquel
    rashid rasmus ravi rebecca rebekah redouane regina reginald reiner reinhard reka remedios renata renate renato
    rex rhonda ricardo riccardo rickard riikka riitta rik rikke rima rita roar roberta roberto rocco rocio rodney
    rodolfo rodrigo roger rokia roland rolf roman romano romeo ronald ronan rosa rosalia rosanna rosario rosemarie
    rosemary rosie ross rowan roxana roy ruben rudi rudolf ruggero rui rune russell ruth ruzica ryan rym saara
    sabine sabri sabrina sadie sadio safa safae safia said sakina salah saliha salim salima sally salma salvador
    salvatore sam samantha sami samia samir samira samuel sana sanaa sancho sandeep sander sandro sandy sanjay sanna
    sanne santiago sara sari saskia satu saul scott sean sebastian selin selma seppo serena sergei sergey sergio
    sergiy serkan seth seydou seynabou shane shannon sharon shaun sheila sherry shirley sidney siegfried sienna
    signe sigrid sigrun sihem siiri silke silvestre silvia silvio simon simona simone sinead siobhan sissel siv
    sixten sjoerd slawomir slimane smail snezana sofia sofian sofiane sofie solveig solvi sonia sonja sophie soraya
    soren souad soufiane soumaya spencer stacey stacy stanislav stanislaw stanley stefan stefania stefanie stefano
    steffen stein stellan stephanie stephen stewart stig stine stjepan stuart sture sue sunil susan susana susanna
    susanne suzanne svein sven svetlana swen sylvia synnove szymon tadeo tahar tamara tania tanja taoufik tapio tara
    taras tarek tariq tarja tatyana taylor teemu teresa tereza terje terry thandi thelma theo theodore theresa thijs
    thilo thomas thorsten tiago tibor tiffany tihomir tiina tijs tilda tim timo timothy tina tine tiziana tobias
    toby todd tomas tomasz tomislav tommaso tommi tone tony tonya tor torben torbjorn tore torsten tove tracy trent
    trevor trine tristan troels trond tuan tuomas turid tuula tyler ugo ulf ulla ulrich ulrike umberto unni ursula
    ute uwe vaclav valentina valentino valeria valerie vanessa vera vernon veronica veronika vesa vesna vibeke
    vicente vicki victor victoria vidar viggo viktor viktoria ville vincent vincenza vincenzo virginia vito vittoria
    vittorio vivian vladimir vladislav vlado vlasta volker wafa wahiba waldemar walid walter waltraud wanda warda
    warren wassim wayne werner wesley wiebke wieslaw wieslawa wiktor wilhelm willem wilma wim winfried wojciech
    wojtek wolfgang wolfram wout xavi xiao yacine yago yahia yahya yan yaroslav yasmin yasmina yasmine yasser
    yassine yelena ylva yolanda youcef younes youssef youssouf yuki yulia yuriy yusuf yvette yvonne zachary zahia
    zahra zakaria zaki zara zbigniew zdenek zdenka zdravko zeljko zeynep zied zineb zineddine zoe zofia zohra zoltan
    zoran zsofia zsolt zsuzsanna zuzana zuzanna
    """)

# Also words, months, places, brands: a pair that begins with one needs more to be a person.
AMBIGUOUS = (
    _set("""
    ambre angel ante april art august austin bill bo bram brooklyn carmen cem chase claude clementine constant
    crystal daisy dan dawn deniz desire dino don drew duke earl ed elsa estrella eve faith fidele fleur floor flore
    france francs gaia gale gene ginger gioia grace grant guy harmony harper hazel hope issa ivy jack jackson jan
    java jesse jesus jo joy jude june justice kari kim lance laurel lee lily line linux logan lorraine lourdes luna
    madison maison major mari marina mark mars martin mason mate maxim may melody mercedes mercy mika miles mina
    nova ola olive olympe orlando paris pat patience paz pearl per pilar placide prosper prudence rafale ray regina
    reine rex rich rocco roman rosario rose rosemary ruby rune russell sage said sandy santiago savannah sky sue
    summer sydney ulysse urbain valery venus ville virginia warren will yan
    """)
    | ALSO_WORDS
)

SURNAMES = _set("""
    zhang wang huang zhao zhou chen yang liu lin zheng tanaka suzuki takahashi kim park choi patel singh kumar sharma
    khan okafor adeyemi mensah mendoza castillo ramos petersen hansen olsen ivanova popescu yilmaz demir
    martin bernard dubois thomas robert richard petit durand leroy moreau simon laurent lefebvre michel garcia roux
    david bertrand morel fournier girard bonnet dupont lambert fontaine rousseau vincent muller lefevre faure andre
    mercier blanc guerin boyer garnier chevalier francois legrand gauthier perrin robin clement morin nicolas henry
    roussel mathieu gautier masson marchand duval denis dumont marie lemaire noel meyer dufour meunier brun
    blanchard giraud joly riviere lucas brunet gaillard barbier arnaud martinez gerard roche renard schmitt roy
    leroux colin vidal caron picard roger fabre aubert lemoine renaud dumas lacroix olivier philippe bourgeois
    pierre benoit rey leclerc payet rolland leclercq guillaume lecomte lopez jean dupuy guillot hubert berger
    carpentier sanchez dupuis moulin louis deschamps huet vasseur perez boucher fleury royer klein jacquet adam
    paris poirier marty aubry guyot carre charles renault charpentier menard maillard baron bertin bailly herve
    schneider fernandez collet leger bouvier julien prevost millet perrot daniel cousin germain breton besson
    langlois remy pelletier leveque perrier leblanc barre lebrun marchal weber mallet hamon boulanger jacob monnier
    michaud rodriguez guichard gillet etienne grondin poulain tessier chevallier collin chauvin bouchet gay lemaitre
    benard marechal humbert reynaud antoine hoarau perret barthelemy cordier pichon lejeune gilbert lamy delaunay
    pasquier carlier laporte smith johnson williams brown jones davis miller wilson moore taylor anderson jackson
    white harris thompson robinson clark lewis lee walker hall allen young hernandez king wright hill scott green
    baker adams nelson carter mitchell roberts turner phillips campbell parker evans edwards collins stewart morris
    rogers reed cook morgan bell murphy bailey cooper richardson cox howard ward peterson gray ramirez watson brooks
    kelly sanders bennett wood barnes ross henderson coleman jenkins perry powell long patterson hughes rossi russo
    ferrari bianchi romano schmidt fischer wagner becker hoffmann schulz koch bauer richter wolf neumann schwarz
    zimmermann silva santos pereira ferreira costa oliveira sousa gomez diaz torres ruiz alvarez romero nguyen tran
    pham diallo traore ndiaye diop fall ba sow camara cisse kone coulibaly keita benali haddad mansouri el-amrani
    bouzid khelifi saidi cohen levy kowalski nowak novak horvat ivanov petrov jansen de-vries peeters janssens maes
    o'brien o'connor o'neill mcgregor mcdonald macdonald fraser graham stone fisher hunt palmer mills shaw holmes
    """)

# Behind a name, these make of it a place, a school, a company.
ORGANISATIONS = _set("""
    association corporation coiffure consulting materiaux solutions systems
    abbey academy airport arena association avenue award bank beach boulevard bridge building castle cathedral
    center centre church city clinic club college company conference corp council county court drive festival
    foundation fund gallery garden gardens gmbh group groupe hall hospital hotel house inc institute insurance
    international island lake library limited line lines llc llp ltd mall market memorial mountain museum orchestra
    park partners plaza port prize project pub quay residences resort restaurant river road sa sarl sas school
    schools square sro stadium station store street studio studios suite technologies technology theater theatre
    theorem tower town trust union university valley village winery
    """)

# What is no surname: products, headings, days, months, words of prose with a capital.
NO_SURNAME = ORGANISATIONS | _set("""
    analysis angulaire aux benchmark benchmarks bible book boreale bus cahier calendar centenaire challenge class
    classes compiler conference coupe cut dataset debate diesel discussion dorada edition emission equipe espagne
    event falls film films formule fraises framework game games generation giulia grece guide hotels instance issue
    italie italy japan japon journal kit language languages laptop layer library livre loop maroc masters match
    message method mobile mode module movie moteur online option package paper parfum partie party performance
    phone platform player plugin politique portugal presse prize process product program programme protocol pump
    python query question rapport release report restaurants rice robot rose saison sauce screen script season
    semaine serie series sessions set shirt show skin snow song soup spain spirit sport spring suisse switzerland
    syndrome system table tax template testing token tool tools tourisme trail trip version video voyage website
    widget window

    air ales algorithm and aout api app april are array art at august avril back bay bible blanche bleu bleue
    bonjour bool boolean brasserie cafe carolina cars case champagne chart class code coffee cup dakota data day
    dear december decembre delete desktop diagram dict dimanche dior docs east effect england enterprise equation
    error errors et europe evening false fashion february fevrier field fields file files flat float fonds for force
    france friday from google guitars haiku hello id in int integer ireland is jacket jackets january janvier jeudi
    juillet juin july june key keys la law le learning les list london lundi madame magazine mai march mardi mars
    matin merci mercredi method michigan midi model monday monsieur music name names network news nil no noir noire
    none north not note november novembre null object october octobre of office on opus or oracle order ou palace
    path period phase please pro quotes raises requires research return returns review room rouge samedi saturday
    science see september septembre server service services shop soir sonnet south standard state states string
    strings summer sunday test texas thank thanks the thursday times to true tuesday type types un undefined une url
    user users value values vendredi vert verte virginia vuitton was way web wednesday week west will wine winter
    with words works world yes york zealand
    """)

# What a company, a team or a role begins with, where a person's name might stand.
ROLES = _set("""
    accounts accueil achats admin administration agence all also am amazon ambassador american analyst and aout
    apple april architect assistance association august avril billing board british bureau cabinet canadian care ce
    cette chairman charge chargee chef cher chere chers chief client clients collegues comite commercial
    communication compta comptabilite comptable conseil consultant contact cpam credit currently customer customers
    data dear december decembre departement department designer desk developer developpeur developpeuse dimanche
    directeur direction director directrice docteur doctor dpo drh dsi e-mail elle engineer english enseignant
    envoye envoyee equipe et etudiant european everybody everyone facebook facturation february fevrier finance
    fondation formation french friday general german gestion glad going google groupe guest happy he head hello help
    hotline hr human i il info information informatique ingenieur ingenieure iphone it italian january janvier je
    jeudi job juillet juin july june junior juridique king l'equipe la le lead legal les logistique looking lundi ma
    madame mai maintenance maire mairie management manager march mardi marketing mars may media member membre
    mercredi mes messieurs microsoft minister ministre mon monday monsieur my news newsletter no-reply noreply nos
    not notification notifications notre nous november novembre nurse october octobre office on operations or order
    orders ou our paie pape partner payroll pepper personnel pm police pope postmaster prefecture prefet premier
    president presidente prime product production professeur professor projet qualite queen recrutement responsable
    ressources sales samedi samsung saturday sav secretariat securite security sender senior sent september
    septembre service services she sir societe software sorry spanish speaker staff student students sunday support
    teacher team technical that the they this thursday too tous toute toutes tresorerie tu tuesday undisclosed
    universe universite unknown user users utilisateur vendredi vente ventes very vos votre vous we web webmaster
    wednesday world you your
    """)
FIRST = FRENCH | ELSEWHERE | RECENT

# Companies and brands called like people, and people of history: first two words of each. Somebody else of that name is
# told by a title.
KNOWN = _set("""
    alfa_romeo aston_martin calvin_klein carl_zeiss charles_schwab christian_dior christian_lacroix
    christian_louboutin daniel_wellington donna_karan eddie_bauer elizabeth_arden estee_lauder franck_muller
    franck_provost giorgio_armani guy_degrenne guy_hoquet harley_davidson harry_winston hugo_boss ines_fressange
    jack_daniels jack_wolfskin jacques_dessange jacques_vabre jim_beam jimmy_choo john_deere johnnie_walker
    karl_lagerfeld kate_spade laura_ashley leroy_merlin louis_vuitton marc_jacobs marie_blachere marks_spencer
    martin_guitars mary_kay merrill_lynch michael_kors morgan_stanley nina_ricci oscar_mayer paul_smith
    paul_ricard pierre_cardin ralph_lauren raymond_weil rolls_royce roger_gallet sonia_rykiel stella_artois
    thierry_mugler tommy_hilfiger uncle_ben vera_bradley warner_bros wells_fargo yves_rocher albert_einstein
    alexandre_dumas charles_darwin claude_monet isaac_newton jean_jaures jean_monnet jean_moulin jeanne_d'arc
    jules_ferry jules_verne karl_marx louis_pasteur marie_curie martin_luther nelson_mandela robin_hood
    simone_veil victor_hugo william_shakespeare winston_churchill
    """)
# What stands behind a title and is nobody: brands, figures, pageants.
FIGURES = _set("""
    bean bretagne bricolage cuisine dre europe figaro france hauschka irma jekyll martens meteo monde muscle oetker
    pepper proper propre robot terre tout tout-le-monde univers universe usa word world
    """)
