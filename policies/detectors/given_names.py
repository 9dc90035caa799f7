"""More first names: of French births since 1990, of West Africa, the Maghreb, Asia, the Slavic and the English lands.

Lower case, without accents, written down from common knowledge. `names` joins them to its own.
"""

from __future__ import annotations

RECENT = frozenset(
    b"""
    aaditya aarav abdelhafid abdelhak abdelhakim abdelhamid abdelilah abdelkarim abdelkrim abdellatif abdelmajid
    abdelmalek abdelouahab abdelouahed abderrahim abderrahman abderrazak abdessamad abdoul abdourahmane abdulrahman
    abena abhishek abidemi abimbola abiodun abubakar achieng addison adebayo adebola adeola adewale adilson aditi
    aditya adja adlane adnan adunni adwoa afonso afua ahmad ahmet ailsa aissata aitor ajay akash akinyi akosua akram
    aksel akshay akua alana alanna alassane alastair alec aleksander aleksandra aleksei aleksey alexa alexandria
    alexei alhassane alireza alistair aliyah alok alya alyona amal amani amara amath amber amedeo amel aminu amisha
    amit ammar amrita anabela anand ananya anass anastasiya anaya andoni andreina andrej andres andrey aneta angie
    anika anil anissa anjali ankit ankita annabel annamaria annarita anneke anshul anthea antoni anup anupama
    aouatef arame arash ardalan arezou aria ariana arkadiusz arkady arlene armindo arpita artem artur aruna arvind
    arya ashish ashkan ashlee ashleigh ashok ashwin asif assya atef audra aurelio austen avni ayaan ayah ayanda
    aydan ayden ayesha ayham aylin ayman aymane ayo ayodele aysegul ayush azadeh aziza azzouz azzurra babacar
    babajide babak babatunde bachir badis badreddine bahar bahia bahram balla bamba baraka baris bartek bartosz
    basel bassam becky behnam behrouz belen belinda ben berk bernadine beryl bethan bethany betsy beverley bhavna
    bijan bilel bineta bintou birame bjarne blair blake blanca blazej boguslaw bojan bolanle boleslaw bongani
    borislav bouabdellah boualem boubou bouchra boukary boyan bradley brandi brayan breanna brenna brett bridget
    brittany brittney brody bronwyn bryce bryn bryony bukola bushra busra caetano callie calvin camden cameron canan
    cansu carey carl carlota carlton carly carmel carmela carolina casey cassandra cassandre cassidy cassie catalina
    catia catriona cecil celso celyan cengiz cezary chadia chafia chahinez chaimae chakib chandler chandra cheick
    cheikhou chelsea chelsey chen chenxi cherie cherifa chester chiamaka chidi chidinma chinedu chinonso chinwe
    chioma chipo chouaib chourouk christie christy chukwudi chukwuemeka chukwuma chunhua cian ciara clarence clayton
    clint clinton clive cloe clyde cody colleen conceicao concetta corey cory costanza coumba courtney custodio
    cyryl czeslaw dagny dalal damilola damir damon dana danilo danjuma dany darcy daren daria darija darius dariusz
    darla darrell darryl darya dawson dayan deanna debbie debora deepa deepika deirdre dejan delia demba denys derya
    desmond destiny devika dexter dianne diaraye diarrata dieynaba dilara dimitar dimitrije dinesh diogo divya
    djamila djaouida djelloul djenaba djeneba djibo djibrill djiby dmitriy dohyun domenica dominika donato donovan
    dora doreen doug dragana drake dramane drissa duc dusko dustin dwayne dwight earnest ebru ebuka eden edie edmund
    edson eduarda efua ehsan eilidh ekaterina ekrem eleonora elhadj elham elia elina elio eliza elliot elliott ellis
    elmer elton elya elyas elyes elyne emanuela emeka emerson emine emmett emna emrah emy enaya engin enid enola
    enrica eoghan ercan erdem erine erkan ermanno ernie eryn esi eskil esperanza esra ethann eugenio eulalia eunji
    eunjung eusebio evangeline evgeni evgenia ewen eylul eymen ezio fadel fadi fadoua fahd faical faisal faiza
    fantine faouzi faouzia farai farhad farhan farhat farideh farouk farshid fathi fathia fatine fatmanur fatoumatou
    faye fayrouz fedor felicia felicity feng fereshteh ferhat ferruccio fethi filipe fily finlay finley finn
    fionnuala fiorella firas flynn fode folake folasade founty fouzia frances franciszek franco frankie franklin
    freda freja funmilayo gabby gabriela gabriella galina garrett gaurav gayatri geeta gennady georgi georgia gerry
    ghada ghania ghassan ghazal ghizlane ghofrane giampaolo gianfranco gianluigi gianmarco gianpiero gil gillian
    gina giorgia giovani girolamo gita giulian giuliana giuliano giuseppina gizem glen glenda golnaz gopal gordana
    graciela graeme graziella grazyna gregg gretchen griffin grigori guadalupe guang guglielmo guilherme guinevere
    gulay gulsah guoqiang gwendal habiba habibatou hacene hachemi hadi haeun hafid hailey haiyan hajun hakon hala
    haley halil halvor hamadou hamed hamida hamidou hamidreza hande hanh hani hania hanin haoran harish harley
    haroun harrison harsha haruka haruki haruto hasna hassane hassiba hassna hattie hauwa hawa hayden hayet hedda
    hela helder hemant henrietta henryk hiba hichem hina hiroko hisham hocine holly homayoun hongmei hossein houcine
    houria houssam houssem huan hudson hunter huong husam huseyin hussain hyejin hyunwoo iacopo ibou idrissa
    idrissou ievgen ifeanyi ifeoluwa ifeoma ihsane ikechukwu ileana ilham ilhan ilian ilias ilker illan ilya ilyan
    ilyana ilyas ilyes imad imen imogen imrane inaya indira inna intissar iqbal iratxe irvin irving iryna isaura
    ishaan ishita islem ismahane ismail ismet isobel israa issam issiaka italo itziar ivone iwona iyad izabela izia
    jaafar jabir jacek jacklyn jacopo jaden jaehyun jainaba jalila jamel jamil jandira janelle janine jaouad jarek
    jaroslaw jarrod javed jawad jaya jayden jayesh jaylan jayne jayson jeffery jelena jena jenna jennie jenny
    jeongmin jermaine jess jessy jiahui jian jianguo jiaqi jiayi jihad jihane jihoon jillian jimena jimin jinghua
    jingyi jiwoo jiyoung joaquim jodie jody joey jolene jonah jonathon jordane josephin josh jovan jovana jozef
    juliana juliet jumana june junjie jyoti kaan kabir kadidia kadija kagiso kaina kais kaitlyn kalidou kamala kamau
    kamil kamila kamran kany kaouther kara karamoko karan karolina kartik kassandra kassim katell katelyn kateryna
    katrina kaveh kavita kavya kay kaylee kaylia kazuki kazuko kazuya keanu kehinde keiko keira kelechi kelley
    kellya kelsey kelya kelyan ken kenan kendall kendra kendrick kenji kenny kenta kenzo kerem kerri kerry keziah
    khadidiatou khady khaldoun khalifa khanh khardiata khawla khedidja kheira kheireddine khoa kian kiara kieran
    killyan kilyan kimberley kipchoge kiran kirsty kishore klaudia kofi kojo krishna kristen kristi kristin
    kristopher kristy krystian ksenia kubra kumiko kunal kwabena kwaku kwame kwasi kyan kyara kyla kylian kyllian
    kyungsoo lacey ladan lahoucine laia lakshmi laleh lalita laly lamar lamine lamis lamya lana landon lassana
    lassina latifah latoya laurel lauren lauryn lavinia lawrence layal layana layla leah leane leanne lech leeloo
    leelou leia leilou leland lenny leny lenzo lerato lester leszek levent lewis leyla leyna liana lihua lijuan
    lilia liliana lillian lilly lilya lindiwe lindsey linh lisandro livio liwei liz lizzie loann lonnie loredana
    lorella lori lorna louca louiza louka loukas lounis lowell lubna lubomir lucilia lucinda lucja ludovica ludovico
    luna lurdes luther lya lyana lyes lyle lyna lynda lynette lynne lyson lyudmila maamar mabrouk mackenzie madalena
    maddie maddison maddy madeline madhav madhu madjid madyson maelan maeline maelly maggie mahdi maher mahesh
    mahfoud mahmud mahnaz mahsa mahtab maisa maisie maissa majda majdi majid makoto maksim maksym malak malek malia
    mallory mamady manal mandy manel manelle manish manisha manoa manoj mansour marcella margarita margery
    maricarmen marieme marilena marissa maritza mariusz marlon marouan marsha marshall marvin marwa marwan marwane
    masahiro masako masoud massamba massimiliano matej mathew matilda matt matteus matyas maurizio mavis maxens
    maximus mayank mayline mayssa mayumi mazen meagan meena meera megha meghan megumi mehran mehrdad mei meili
    meiling meissa melia melike melis meredith mert merve mervyn meryem messaouda metehan micah mickey mihail miki
    milica millie miloslav miloud milton mimoun mindy minghao mingze minh minji minjun minoru minseo miranda mirella
    miroslav misaki misty mitra miya miyuki mladen moana moctar modou mohan mohit mohsen moira mojgan mollie mona
    monia monty morag morane morris morteza morton moufida mouhamadou mouhamed mouhcine mouloud mounia muhammad
    muhammet mukesh muna myla myles myra myron nabiha nabou nacera nacim nadeem nader nadhir nadim nadira nael
    naelle nafi nafissa nafissatou nahel nahla naila naim najwa nalini namrata nanna naoki naomie naoual naouel
    narciso naresh narjes narjess nasrin nassima nassira nataliia natalija natasha natercia nathanel natsuki naveed
    naveen navid nawfel nawres nazanin nazha nazli ndeye nebojsa ned neelam neema negar neha neila nelia nell nelson
    nerea nermin nesrin nessim nettie neve neville neyla nezha ngoc ngone ngozi nguyen nhung nicoletta nidal nidhi
    nihat nikhil nikki nilesh niloufar nilufer nino nisha nitin nizar njoroge nkechi nkem nkosana nnamdi nneka
    noelia noeline nogaye noham nohan nohlan nolann nolhan nompumelelo nomvula noreen norris noufel nouha noura
    nourhane nouria novalie nuray nurcan oanh obinna obioma oceana octavia oisin okan okechukwu oleksandr oleksii
    olinda ollie olumide oluwadamilola oluwafemi oluwakemi oluwaseun oluwatobi ombretta omer omid onur onyeka
    onyinye orhan orian orietta orla orsola osama othman otieno oualid ouardia ouassim ouiam oumaima oumayma oumnia
    oumou oumy oussama ousseynou owenn ozan ozge paige pallavi pam pankaj parisa parvaneh parvati parviz pasquale
    patience patrycja patsy patti patty paulina pavlo payam pearl pegah penny percy petro peyton pham philippa
    phoebe phuc phuong piergiorgio pierluigi pinar polina polly pooja pouya prabhu pradeep pragya prakash pramod
    prashant pratik praveen predrag preeti preston priti priyanka przemyslaw puja qiang quang quincy quinn quoc
    quynh rabiaa rachael rachelle rachida rachna radha radia radoslav radoslaw radouane radovan rafaela rafik rafika
    raghav ragna raimondo raja rajae rajan rajat rajeev rajendra rajiv raju rakesh ramdane ramesh rami ramla ramsay
    ramy rana randa randal randolph randy ranjit raouf rasha rashmi ratko raul rawan rayane rayen rayhana razan
    reagan recep reda redha redouan reece reggie rehema rekha renzo reza rhiannon rhita rhys riad richie rick ricky
    rida riley rim rinaldo ritu riyad rizwan rob robbie robyn roderick rogerio rohan rohini rohit roisin rokhaya
    rokhayatou roksana rola romaissa romina romyn ron ronnie rory rosalba rosalind rosalyn rosamund rosaria roscoe
    roshni roslyn rossana rossella rostislav rougui rowena roxan roya royce ruaridh ruba rufus rukiye rumbidzai
    ruoxi rupert ruslan ryo ryota ryszard saad saadia sabah sabina sabrine sachin sadia saeed safiatou safiya
    safouane safwan sahil saida saif saima sakura salaheddine salimata saliou salman saloua salwa samah samer samiha
    samuele samy sanae sanata sandhya sangeeta sanjana sanjeev sanjiv santina saoirse sarita sasa satish satoshi
    saverio savita sawsan sayaka scarlett sebastiano seda sedat seema segun sekou selcuk selena selene selim selina
    selyan semra semyon seojun seoyeon seoyun sepideh serdar sergej sergii serhii settimio sevgi seyni shabnam
    shahid shahram shaima shaina shalini shana shanna shanon shanti sharad shauna shawn shawna shayna shazia sheena
    sheldon shelley shelly sherri sheryl shigeru shilpa shinji shirin shivani shobha shota shreya shruti shuang
    shubham shweta siavash sibusiso siddharth sidy sierra sigurd siham silas silvana simao simin sinan sinem sipho
    sira sitan siw siyu slavica slavko slobodan smita sneha soan soann sofien sofiya sohan sohane soheil soheila
    sohrab solal soledad somtochukwu sonal sonya soojin sooyoung sora soraia sota souadou souhail souhaila souheil
    soukaina souleymane soumia srinivas stacie stanimir stecy steeve stepan subhash sudhir suha suhail sujata
    suleyman sullivan suman sumeyye sumit summer sungmin sunita sunniva suresh surya susannah sushma svitlana swann
    swati sybil sylvester sylwia tabitha tadhg tael taeyang taha tahir taieb tais taiwo takahiro takashi takeshi
    takuya talal talia tamer tammy tamsin tanvi tanya tareq tarik tarun tasha tatenda tatjana tatsuya tayeb telmo
    temitope tendai tenin teodora terence terrance terrence terri tess tessa tetiana tewfik thabo thandiwe thanh
    thao thea themba theodora thiago thomasina thuy tidiane tiemoko tifany tiffani tilio timea timmy tinashe
    tingting titilayo tiziano tolga tommy tomoko toni toshio tracey tracie trang travis tricia trina trinh trinidad
    trisha trudy trung trygve tshepo tucker tugba tugce tunc tunde tuyet tylan tyrone tyson uchenna ufuk ugochi
    ugonna ugur ulrika urszula usha usman uzoma vadim vaishali valdemar valentyna valerio valeriy vandana vanesa
    vania varun vasco vasil vasily vasyl vaughn velma vicky vidya viet vijay vikas vikki vikram viktoriya vinay
    vineet vinh vinod viola violet violeta vipul virgil virginio vishal vitalii vitaliy vitaly vitor vivek viviana
    vladan vojtech volkan volodymyr vuk vyacheslav wael wafae wahid wallace wambui wanjiku wanjiru waqar wassila wei
    weijie wendell wenjing weronika wiam widad wiktoria wilbur wilfred willa willard willie winifred winston wissal
    wissam wissem witold wladyslaw wyatt xander xiaoming xiaoyan ximena xinyi xiuli xiuying xuan xueying yacouba
    yaelle yamina yana yanice yanyan yara yaroslava yasaman yasemin yash yasir yassin yassir yassmina yaya yazan
    yazid yejin yero yesenia yetunde yevgeny yewande yichen yifan yilmaz ylan yliana yngve yogesh yoko yongjun
    yoshiko yoshio yosuke youness youngho younous yousra youssoupha youssra yui yuka yukari yukiko yumi yuri yurii
    yusuke yuto yutong yuuki yuxuan zach zachari zachariah zack zahir zaid zainab zakary zakarya zakia zanele zawadi
    zayn zaynab zayneb zdzislaw zehra zeinabou zeineb zeki zelda zephyr zhiwei zhor zihan zined zixuan ziyad ziyi
    zlata zlatan zoelie zoey zohir zoubida zoubir zoulikha zubair zygmunt
    """.split()
)

# Of these, also words, places, brands or other people's surnames.
ALSO_WORDS = frozenset(
    b"""
    amal amani amara amber aria aruna baraka ben beryl birame blair blake chandler chandra chen chester clinton
    clyde cody custodio dawson destiny domenica drake earnest ellis elmer elton emerson ernie esi esperanza feng
    finn flynn gil guadalupe harley harrison hayden hina holly hudson hunter indira irving italo jaya juliet karan
    kay ken kendall kiara kimberley kiran krishna kyan lacey lakshmi lamar landon laurel lewis lowell luna lurdes
    lyle mackenzie maddison madeline madhu marlon marshall matilda mei melia mickey mindy minh misaki misty moana
    mohan mona morris morton muna myles narciso nelson nettie neve neville norris novalie oceana ollie paige parvati
    patience pearl penny percy peyton pham pinar polly preston quincy quinn radha rajan raju ramsay rick riley rob
    ron royce rufus sakura santina scarlett selena settimio shanti sheldon sierra silas silvana soledad sora
    sullivan summer surya swann tammy terence tess thea toni travis trinh trinidad trung tucker tunc tyrone tyson
    usha vaughn viola violet virgil wallace waqar wei wendell wilbur willa willie winifred winston wyatt xander xuan
    yara yash yaya yui zack zelda zephyr zlata
    """.split()
)
