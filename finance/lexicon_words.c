/*
 * The keyword table, written by hand: what a bank's text or a category's own name says about its meaning. A
 * word ends at a space, "_"joins the words of a phrase, "*" at the end takes every word that begins so.
 * Folded as finance/normalise folds. A word that means two things in two languages, or that people are named
 * by, stays out.
 */
#include "finance/lexicon_words.h"

#include <stddef.h>

/* Packed by hand. */
/* clang-format off */
const struct lexicon_line lexicon_lines[] = {
    {CATEGORY_FOOD,
     "food foods nourriture alimentation alimentaire lebensmittel ernahrung comida alimentacion "
     "alimentacao alimentari cibo eten voeding essen catering provisions meals"},
    {CATEGORY_GROCERIES,
     "groceries grocery grocer* supermarket* supermarche* supermercado* supermercato* supermarkt* "
     "hypermarket* hypermarche* minimarket minimart foodmarket superstore courses epicerie boucher* "
     "boulanger* fromager* primeur poissonnerie traiteur* butcher* butchery baker bakery bakeries "
     "backerei metzger* fleischerei fruteria carniceria panaderia pescaderia mercado mercearia padaria "
     "acougue panificio macelleria slager* bakker* greengrocer* farmers_market farm_shop delicatessen "
     "deli wholefoods whole_foods trader_joe trader_joes walmart kroger safeway publix albertsons "
     "wegmans costco sams_club aldi lidl tesco sainsbury* asda morrisons waitrose iceland ocado "
     "farmfoods coop co_op spar londis nisa budgens costcutter booker cash_carry makro instacart shipt "
     "carrefour leclerc auchan intermarche casino_shop monoprix franprix picard_surgeles super_u hyper_u "
     "systeme_u biocoop naturalia cora match g20 edeka rewe penny kaufland netto norma tegut alnatura "
     "denns hofer billa migros denner mercadona dia hipercor eroski alcampo consum bonpreu ahorramas "
     "continente pingo_doce minipreco pao_de_acucar esselunga conad eurospin iper pam albert_heijn "
     "ah_to_go jumbo plus_supermarkt dirk hoogvliet delhaize colruyt pick_n_pay pnp checkers shoprite "
     "woolworths woolies food_lovers boxer usave superspar kwikspar ok_foods cambridge_food fruit_veg "
     "coles iga loblaws sobeys metro_inc no_frills provigo zabka biedronka zehrs heb meijer hy_vee "
     "giant_eagle food_lion stop_shop winco sprouts market_basket hello_fresh hellofresh gousto "
     "blue_apron rema ica willys kiwi coop_extra irma fotex bilka sixty60 gorillas getir flink bigbasket "
     "blinkit zepto dmart reliance_fresh"},
    {CATEGORY_EATING_OUT,
     "restaurant* restaurante* ristorante restauration eating_out dining diner dinner lunch brunch "
     "takeaway takeaways takeout takeouts fast_food bistro* brasserie* pizzeri* pizza pizzas trattoria "
     "osteria taqueria taco tacos burrito* burger burgers grill grillhouse steakhouse steak sushi ramen "
     "noodle* noodles kebab* doner gyros shawarma falafel curry tandoori thai chinese_food dim_sum wok "
     "bbq barbecue chicken wings fish_chips chippy creperie buffet kitchen eatery cantina canteen "
     "cantine kantine mensa imbiss gasthaus gasthof wirtshaus gaststatte lokal speise* tapas "
     "churrascaria lanchonete restaurang ravintola mcdonald* mcd burger_king kfc subway wendys taco_bell "
     "chipotle dominos domino_s papa_john papa_johns pizza_hut pizza_express five_guys shake_shack "
     "panda_express chick_fil_a dunkin popeyes sonic_drive arbys jack_box in_n_out panera nandos nando_s "
     "wagamama wetherspoon* harvester toby_carvery greggs pret_manger pret itsu leon yo_sushi zizzi "
     "prezzo ask_italian bella_italia byron quick flunch buffalo_grill hippopotamus courtepaille nordsee "
     "vapiano block_house spur steers wimpy debonairs roman_s_pizza romans_pizza ocean_basket mugg_bean "
     "fishaways chicken_licken hungry_lion panarottis rocomamas col_cacchio tashas deliveroo just_eat "
     "justeat uber_eats ubereats ubr_eats doordash grubhub postmates foodora foodpanda lieferando "
     "thuisbezorgd takeaway_com wolt glovo ifood rappi mr_d mr_d_food swiggy zomato skip_dishes "
     "skipthedishes menulog caviar seamless autogrill foodtruck food_truck telepizza"},
    {CATEGORY_COFFEE,
     "coffee coffees cafe cafes caffe kaffee koffie cafeteria espresso* barista roaster* roastery "
     "roasting tea_room teahouse teashop patisserie konditorei pasteleria starbucks costa costa_coffee "
     "nero tim_hortons dunkin_donuts blue_bottle philz peets peet_s dutch_bros vida_e vida_caffe "
     "seattle_coffee bootlegger snack snacks donut* doughnut* krispy_kreme ice_cream gelato gelateria "
     "glacier eisdiele eiscafe frozen_yogurt smoothie* juice* vending selecta bagel* cupcake* muffin* "
     "chocolat* crepe dessert* sweets candy"},
    {CATEGORY_ALCOHOL,
     "bar bars pub pubs alcohol alcool tobacco tabac tabacs tabak tabacchi smoking cigarette* cigar* "
     "vape vapes vaping liquor* liquors bottle_store wine wines winery wein vin vins vinos vinho bodega "
     "cave caviste cellar* beer beers brewery brewing brew brewpub bier brauhaus biere cerveceria "
     "cervejaria tavern taverne inn_pub taphouse taproom nightclub cocktail* lounge kneipe spirituosen "
     "off_licence tops_spar nicolas bws dan_murphy dan_murphys majestic_wine bevmo total_wine lcbo saq "
     "systembolaget vinmonopolet alko kiosk trafik"},
    {CATEGORY_HOUSING,
     "housing home_expenses household logement wohnen wohnung haushalt vivienda moradia habitacao casa "
     "huis wonen premises building bldg"},
    {CATEGORY_RENT,
     "rent rental_payment rents rental letting lettings loyer loyers miete mietzahlung kaltmiete "
     "warmmiete alquiler aluguel affitto huur landlord tenancy lease property_management body_corporate "
     "levy levies foncia hausgeld nebenkosten condominio comunidad charges_copropriete syndic wework "
     "regus"},
    {CATEGORY_MORTGAGE,
     "mortgage mortgages bond_repayment home_loan homeloan hypothek* hypotheque hipoteca mutuo "
     "baufinanzierung pret_immobilier credit_immobilier prestamo_hipotecario hypotheek bauspar*"},
    {CATEGORY_UTILITIES,
     "utilities utility electric electricity electricite energy energie energia gas gaz water eau "
     "heating power prepaid_electricity strom stromversorgung stadtwerke wasser fernwarme luz agua "
     "elettricita luce acqua water_works sewage sewer council_water edf engie total_energies "
     "totalenergies veolia suez saur enedis ekwateur direct_energie british_gas eon e_on octopus_energy "
     "scottish_power scottishpower sse ovo_energy bulb npower thames_water severn_trent united_utilities "
     "anglian_water yorkshire_water eskom city_power vattenfall enbw rwe ewe iberdrola endesa naturgy "
     "repsol_luz edp galp_power enel eni_plenitude a2a hera acea essent eneco greenchoice vitens pge "
     "pg_e con_edison coned national_grid duke_energy dominion_energy xcel comcast_energy refuse waste "
     "garbage trash recycling muell"},
    {CATEGORY_TELECOM,
     "telecom telecoms telco* telephon* telefon* phone phones mobile mobiles cellular cellphone handy "
     "broadband internet wifi fibre fiber airtime prepaid_mobile data_bundle prepaid_data "
     "telecommunication* forfait_mobile mobilfunk rechnung_telefon vodafone vodacom mtn cell_c telkom "
     "rain_internet afrihost webafrica vox o2 ee three_uk giffgaff tesco_mobile sky_digital virgin_media "
     "bt_group british_telecom talktalk plusnet verizon at_t att t_mobile tmobile sprint xfinity comcast "
     "spectrum cox_communications centurylink cricket_wireless mint_mobile orange sfr bouygues "
     "bouygues_telecom free_mobile free_telecom freebox sosh red_sfr b_you nrj_mobile telekom "
     "deutsche_telekom congstar 1und1 1_1_telecom drillisch freenet mobilcom aldi_talk telefonica "
     "movistar jazztel yoigo masmovil pepephone lowi digi meo nos tim wind_tre windtre iliad fastweb kpn "
     "ziggo proximus telenet scarlet swisscom sunrise salt_mobile rogers bell_mobility telus fido koodo "
     "telstra optus airtel jio starlink skype twilio"},
    {CATEGORY_HOME,
     "home_garden garden gardens gardening jardin jardinerie gartencenter gartenmarkt hardware diy "
     "bricolage baumarkt furniture meubles mobel moebel muebles moveis arredamento meubelen ikea "
     "furnishing* fixtures homeware* kitchenware decor decoration* carpet* curtain* mattress* bedding "
     "bathroom plumber plumbing plombier klempner electrician electricien elektriker painter painting "
     "peintre locksmith serrurier carpenter joinery builders build_it builders_warehouse leroy_merlin "
     "castorama brico* bricomarche mr_bricolage gamm_vert jardiland truffaut maisons_monde conforama "
     "but_meubles la_redoute_int obi hornbach bauhaus toom hagebau* hellweg b_q bq_retail screwfix "
     "toolstation wickes homebase travis_perkins jewson dunelm wilko wilkinsons the_range bunnings "
     "mitre_10 home_depot homedepot lowes lowe_s ace_hardware bed_bath wayfair crate_barrel pottery_barn "
     "cashbuild mica coricraft mr_price_home sheet_street poundstretcher xxxlutz hoffner poco "
     "roller_mobel jysk praxis gamma karwei action cleaning cleaner* cleaners laundry laundrette "
     "laundromat waschsalon pressing blanchisserie maintenance repairs handyman nursery_plants florist* "
     "fleuriste blumen"},
    {CATEGORY_TRANSPORT,
     "transport transports transportation travel_costs commute commuting deplacement* verkehr mobilitat "
     "transporte transporti vervoer mileage"},
    {CATEGORY_FUEL,
     "fuel fuels petrol gasoline diesel carburant carburants essence kraftstoff tankstelle* tanken "
     "benzin benzine gasolinera gasolina combustible combustivel posto_gasolina benzinaio carburante "
     "tankstation filling_station service_station petrol_station gas_station fuel_station pay_pump "
     "petroleum motorway_services shell bp esso texaco total_access totalenergies_station "
     "station_service chevron exxon exxonmobil mobil valero sunoco citgo conoco phillips_66 arco "
     "marathon_petro speedway circle_k wawa quiktrip murco jet_petrol gulf mfg_group engen sasol caltex "
     "astron totalsport_fuel aral agip eni_station q8 ip_matic tamoil avia omv star_tankstelle "
     "hem_tankstelle repsol cepsa galp petrobras ipiranga tango tinq petro_canada ampol esso_express "
     "bp_connect bp_express autoroute_station cng lng charging ev_charging ladestation chargepoint "
     "tesla_supercharger ionity electrify_america fastned allego izivia enbw_mobility pod_point"},
    {CATEGORY_PUBLIC_TRANSPORT,
     "public_transport bus buses busses coach coaches train trains rail railway railways tram tramway "
     "metro metrorail subway_fare tube ferry underground bahn bahnhof s_bahn u_bahn strassenbahn zug "
     "bahncard fahrkarte* fahrschein billet_train navigo tisseo autobus autocar renfe cercanias alsa "
     "trenitalia italo trenord atac atm_milano sncf ouigo tgv ratp transilien keolis transdev "
     "db_vertrieb deutsche_bahn db_bahn flixbus flixtrain bvg mvg hvv vbb rmv vrr oebb sbb cff "
     "ns_reizigers ns_groep ov_chipkaart gvb ret_nv arriva de_lijn nmbs sncb tfl tfl_gov trainline "
     "thetrainline national_rail network_rail lner gwr avanti southern_rail south_western crosscountry "
     "london_midland northern_rail scotrail stagecoach firstbus first_bus national_express megabus "
     "greyhound bus_line amtrak caltrain bart metrocard mta septa njtransit nj_transit wmata cta_ventra "
     "ventra mbta metra gautrain metrobus putco myciti translink presto opal myki oyster eurostar thalys"},
    {CATEGORY_TAXI,
     "taxi taxis cab cabs cabify minicab uber uber_trip uber_bv lyft bolt bolt_eu bolt_app taxify "
     "freenow free_now mytaxi heetch blablacar grab gojek ola_cabs didi gett addison_lee curb_mobility "
     "via_rides indrive yango ride_hailing lime_ride lime_bird bird_rides tier_mobility voi_scooter dott "
     "scooter_rental citi_bike velib nextbike chauffeur g7"},
    {CATEGORY_PARKING,
     "parking car_park car_parks carpark parkhaus parkplatz parkgarage parkeren parcheggio "
     "estacionamiento estacionamento aparcamiento stationnement horodateur parkmobile park_mobile "
     "paybyphone ringgo justpark ncp apcoa q_park qpark indigo_park effia saemes saba toll tolls peage "
     "peages maut peaje pedagio pedagi autopista autostrade autoroute autoroutes vinci_autoroutes aprr "
     "sanef ulys telepass via_verde e_zpass ezpass fastrak sunpass etoll sanral bakwena spothero "
     "easypark paystay dartford_crossing congestion_charge admyt"},
    {CATEGORY_CAR,
     "car cars auto autos automotive vehicle vehicles voiture kfz fahrzeug coche garage garages "
     "mechanic* werkstatt autowerkstatt autohaus car_wash carwash lavage autowasch* waschstrasse lavado "
     "tyre tyres tire tires pneu pneus reifen neumaticos motor motors mot_test vehicle_repair halfords "
     "kwik_fit kwikfit euromaster feu_vert norauto midas speedy autodoc atu pit_stop supa_quick "
     "tiger_wheel autozone advance_auto oreilly_auto pep_boys jiffy_lube goodyear firestone dvla dmv "
     "car_rental car_hire hertz avis europcar enterprise_rent sixt budget_rent alamo zipcar turo "
     "getaround rent_a_car autovermietung breakdown aa_membership rac_motoring adac controle_technique "
     "tuv dekra itv_vehiculos car_tax vehicle_tax licence_disc motorcycle moto leasing_auto"},
    {CATEGORY_SHOPPING,
     "shopping shop shops achats einkaufe compras_generales acquisti winkelen retail boutique"},
    {CATEGORY_GENERAL,
     "general_purchases general_shopping department_store online_purchases merchandise amazon amzn "
     "amzn_mktp amazon_mktplace amazon_marketplace ebay etsy aliexpress alibaba temu wish takealot "
     "bidorbuy game_stores makro_online argos poundland poundworld b_m bargains home_bargains primark_x "
     "tk_maxx tkmaxx john_lewis debenhams selfridges harrods marks_spencer target kmart big_w "
     "dollar_tree dollar_general family_dollar five_below macys nordstrom kohls jcpenney sears "
     "bloomingdale* cdiscount galeries_lafayette printemps bhv fnac rakuten veepee leboncoin vinted "
     "zalando_lounge otto_versand kaufhof galeria karstadt tchibo el_corte_ingles mercado_libre "
     "mercadolivre mercadolibre magazine_luiza americanas bol_com bol blokker hema bijenkorf allegro "
     "flipkart myntra noon shein qvc hsn"},
    {CATEGORY_CLOTHING,
     "clothing clothes clothings apparel fashion uniform* vetement* habillement kleidung mode bekleidung "
     "ropa roupas abbigliamento kleding kleren shoe shoes footwear chaussures schuhe zapat* sapatos "
     "scarpe schoenen jewel* bijou* schmuck lingerie textile* tailor* couture hm h_m zara mango uniqlo "
     "gap old_navy banana_republic primark next_retail new_look river_island topshop asos boohoo "
     "missguided matalan peacocks kiabi celio jules camaieu promod etam gemo la_halle decathlon_mode "
     "sandro maje cos_stores weekday pull_bear bershka stradivarius massimo_dutti c_a c_und_a "
     "peek_cloppenburg p_c deichmann snipes about_you zalando zeeman we_fashion wibra edgars truworths "
     "foschini markham mr_price mrp pep ackermans jet_stores sportscene totalsports superbalist legit "
     "cotton_on nike adidas puma reebok under_armour lululemon levis levi_s tommy_hilfiger ralph_lauren "
     "foot_locker footlocker jd_sports clarks aldo skechers forever_21 american_eagle abercrombie "
     "hollister urban_outfitters anthropologie victoria_secret ross_stores marshalls tj_maxx burlington "
     "dsw claires pandora swarovski"},
    {CATEGORY_ELECTRONICS,
     "electronics electronic elektronik electronique electromenager electronica eletronicos elettronica "
     "appliance* computer computers computing_hardware ordinateur laptop tablet hifi camera cameras "
     "apple_store apple_retail best_buy bestbuy newegg micro_center b_h_photo bh_photo adafruit sparkfun "
     "frys currys pc_world maplin dixons carphone ao_com ebuyer scan_computers mediamarkt media_markt "
     "mediaworld saturn conrad cyberport alternate notebooksbilliger euronics expert_elektro "
     "boulanger_electro darty ldlc materiel_net rue_commerce unieuro coolblue worten pccomponentes "
     "incredible_connection istore hi_fi_corp evetech samsung sony lg_electronics dell lenovo hewlett "
     "hp_store digikey mouser farnell rs_components"},
    {CATEGORY_BOOKS,
     "book books bookshop bookstore* library librairie* livres libreria livraria libros buchhandlung "
     "buch bucher boekhandel newspaper* newsagent* periodical* magazine magazines presse press zeitung* "
     "zeitschrift* journal journaux waterstones wh_smith whsmith blackwell* foyles barnes_noble audible "
     "kindle penguin_books gibert_joseph decitre cultura thalia hugendubel osiander exclusive_books cna "
     "bargain_books new_york_times nytimes economist guardian financial_times wall_street_journal wsj "
     "le_monde lemonde figaro mediapart spiegel zeit publishing publisher*"},
    {CATEGORY_HEALTH_CARE,
     "health healthcare sante gesundheit salud saude salute gezondheid wellness"},
    {CATEGORY_MEDICAL,
     "medical medicine medication doctor doctors dr_med physician* clinic clinica clinique klinik "
     "hospital hospitals hopital krankenhaus hospitais ospedale ziekenhuis dentist* dental dentaire "
     "zahnarzt* dentista tandarts orthodont* optician* opticien* optik* optica ottica optometrist* "
     "specsavers vision_express boots_opticians eyecare eye_care pharma* pharmacy pharmacies farmaci* "
     "apothek* apotheke apotheek chemist chemists drugstore parapharmacie medecin docteur "
     "cabinet_medical arzt arztpraxis praxis_dr medico consulta huisarts kine* physio* osteopath* "
     "chiropract* radiolog* laborato* laboratoire pathcare lancet_lab ampath ambulance prescription "
     "surgery psycholog* psychiatr* therap* counselling walgreens cvs rite_aid boots superdrug "
     "lloyds_pharmacy well_pharmacy dis_chem dischem clicks medirite netcare mediclinic life_healthcare "
     "cpam doctolib dm_apotheke docmorris shop_apotheke kaiser_permanente quest_diagnostics labcorp "
     "chemist_warehouse priceline shoppers_drug"},
    {CATEGORY_CARE,
     "personal_care beauty beaute kosmetik cosmetic* hair hairdress* haircut coiffeur coiffure friseur* "
     "frisor peluqueria cabeleireiro parrucchier* kapper* barber* barbershop salon nail nails manicure "
     "spa spas massage* tanning waxing skincare perfum* parfum* sephora nocibe marionnaud yves_rocher "
     "douglas rossmann dm_drogerie drogerie muller_drogerie etos kruidvat ulta bath_body sally_beauty "
     "lush body_shop bodyshop the_body_shop sorbet_salon great_clips supercuts tony_guy"},
    {CATEGORY_SPORT,
     "sport sports sporting fitness gym gyms gymnas* fitnessstudio palestra gimnasio academia_fitness "
     "sportschool yoga pilates crossfit swim swimming piscine schwimmbad golf tennis football rugby "
     "cricket_club cycling bike bikes bicycle* velo fahrrad bicicleta ski skiing leisure_centre "
     "athletic* running decathlon intersport go_sport sports_direct sportsdirect virgin_active "
     "planet_fitness basic_fit fitness_park mcfit urban_sports puregym pure_gym the_gym david_lloyd "
     "nuffield anytime_fitness la_fitness equinox soulcycle peloton strava classpass la_salle rei "
     "dicks_sporting sportsmans_warehouse cape_union sportsman wiggle chain_reaction"},
    {CATEGORY_LEISURE,
     "leisure loisir loisirs freizeit ocio lazer tempo_libero vrije_tijd hobby hobbies recreation fun"},
    {CATEGORY_ENTERTAINMENT,
     "entertainment cinema cinemas kino cine theatre theater* teatro concert* konzert* concierto museum "
     "museums musee* museo zoo aquarium theme_park parc_attraction amusement bowling karaoke escape_room "
     "festival* event events eventbrite ticket tickets ticketmaster ticketweb ticketek stubhub "
     "seetickets see_tickets fnac_spectacles billetreduc eventim computicket quicket webtickets odeon "
     "cineworld vue_cinemas pathe ugc gaumont mk2 ster_kinekor nu_metro amc_theatres amc regal_cinemas "
     "cinemark alamo_drafthouse fandango arcade laser_tag paintball disneyland legoland gaming games "
     "game steam steamgames steam_purchase playstation psn nintendo xbox blizzard riot_games epic_games "
     "roblox twitch ubisoft toys_games video_games club live_nation visits attraction* music_hall"},
    {CATEGORY_SUBSCRIPTIONS,
     "subscription subscriptions abonnement* suscripcion* assinatura* abbonamento membership* streaming "
     "netflix spotify deezer tidal apple_com itunes icloud apple_bill apple_services youtube "
     "youtubepremium youtube_premium disney_plus disneyplus disney hulu hbo hbomax hbo_max paramount "
     "peacock_tv prime_video amazon_prime amazonprime prime_membership amzn_prime crunchyroll dazn "
     "canal_plus canalplus canal molotov ocs rtl_plus joyn sky_deutschland sky_tv now_tv nowtv "
     "tv_licence tv_licensing rundfunk rundfunkbeitrag gez dstv multichoice showmax sirius siriusxm "
     "pandora_media soundcloud patreon onlyfans substack medium_com linkedin_premium tinder gotinder "
     "bumble audible_uk google_one google_play google_storage playstation_plus nintendo_online xbox_game "
     "game_pass duolingo headspace calm_com viaplay videoland tv2"},
    {CATEGORY_TRAVEL,
     "travel travels travelling trip trips holiday holidays vacation* vacances voyage voyages reise "
     "reisen reiseburo urlaub viaje viajes viagem viagens viaggi vakantie reizen flight flights air "
     "airline airlines airways airport aeroport flughafen vol vols flug flugticket aerolineas "
     "visits_abroad tour tours tourism* touris* cruise* british_airways ryanair easyjet jet2 wizz_air "
     "wizzair vueling iberia air_france airfrance transavia klm lufthansa eurowings germanwings condor "
     "swiss_intl austrian_airlines tap_portugal tap_air alitalia ita_airways sas_airlines norwegian "
     "finnair emirates qatar_airways etihad turkish_airlines singapore_air qantas virgin_atlantic "
     "virgin_america united united_air united_airlines delta delta_air american_air american_airlines "
     "aa_com southwest southwest_air jetblue alaska_air spirit_air frontier_air air_canada westjet "
     "kulula flysafair safair mango_airlines saa fastjet expedia kayak skyscanner opodo edreams "
     "lastminute tui thomas_cook on_the_beach loveholidays fram nouvelles_frontieres travelstart "
     "duty_free gate_gourmet luggage visa_application passport travel_agent travel_agents travel_agency "
     "travel_foreign"},
    {CATEGORY_LODGING,
     "lodging accommodation hotel hotels hotele motel motels hostel hostels auberge resort resorts "
     "guesthouse guest_house guest_lodge bed_breakfast gite gites ferienwohnung pension_hotel albergo "
     "posada pousada inn lodge camping campsite airbnb booking_com booking hotels_com vrbo homeaway "
     "agoda trivago hostelworld premier_inn travelodge holiday_inn ibis novotel mercure sofitel accor "
     "accorhotels hilton marriott hyatt sheraton westin best_western radisson ramada hampton_inn "
     "comfort_inn days_inn super_8 motel_6 la_quinta courtyard kimpton intercontinental crowne_plaza "
     "b_b_hotel campanile kyriad formule_1 motel_one nh_hotel melia barcelo protea city_lodge town_lodge "
     "road_lodge sun_international safari center_parcs butlins haven hospitality"},
    {CATEGORY_GAMBLING,
     "gambling gaming_bets betting bet bets bookmaker casino casinos lottery lotto loto loterie lotterie "
     "loteria euromillions fdj francaise_jeux pmu winamax betclic unibet parions_sport bwin tipico "
     "bet365 betfred ladbrokes coral william_hill paddy_power skybet sky_bet betfair betway "
     "hollywoodbets sportingbet supabets lottostar powerball draftkings fanduel pokerstars poker bingo "
     "camelot national_lottery lottoland eurojackpot sisal snai"},
    {CATEGORY_FAMILY,
     "family famille familie familia famiglia gezin family_support"},
    {CATEGORY_CHILDREN,
     "child children childcare kids kid enfant enfants kinder baby babies bebe creche creches daycare "
     "day_care nursery nurseries kindergarten kita kindertagesstatte guarderia infantario asilo "
     "kinderopvang garderie nounou babysit* nanny pajemploi playgroup toy toys jouet* spielwaren "
     "spielzeug juguet* brinquedos giocattoli speelgoed toysrus toys_r_us smyths hamleys lego king_jouet "
     "joueclub mothercare babies_r baby_city carters gymboree early_learning pocket_money child_support "
     "alimony unterhalt pension_alimentaire"},
    {CATEGORY_EDUCATION,
     "education educational school schools schooling ecole schule colegio escola scuola college "
     "university universit* tuition tutor tutoring course_fee courses_online training formation "
     "fortbildung weiterbildung kurs curso cursos corso academy academie academia lycee student students "
     "study studies learning learn udemy coursera edx skillshare pluralsight codecademy khan_academy "
     "unisa exam exams examen seminar* seminaire workshop conference conferences conference_fees "
     "driving_school auto_ecole fahrschule cantine_scolaire schoolfees school_fees musikschule bafog"},
    {CATEGORY_PETS,
     "pet pets animal animals animaux haustier* mascotas veterin* vet vets tierarzt* dierenarts "
     "clinique_veterinaire petco petsmart chewy pets_home petsathome petplan zooplus fressnapf maxizoo "
     "maxi_zoo animalerie jardiland_animaux kiwoko tiendanimal absolute_pets petzone aquatics kennel* "
     "cattery grooming dog_walker royal_canin rspca"},
    {CATEGORY_GIFTS,
     "gift gifts cadeau cadeaux geschenk* regalo regalos presente presentes regali donation donations "
     "don dons donner spende spenden donativo donazione charity charities charite charitable oxfam "
     "unicef red_cross croix_rouge rotes_kreuz cruz_roja medecins_sans msf greenpeace wwf amnesty "
     "salvation_army save_children cancer_research barnardos restos_coeur secours_populaire gofundme "
     "justgiving just_giving helloasso givengain backabuddy church eglise kirche kirchensteuer tithe "
     "tithes parish zakat flowers interflora moonpig hallmark card_factory clintons moonpig_com "
     "fundrais* kickstarter indiegogo leetchi wikimedia"},
    {CATEGORY_MONEY,
     "money finance finances financial finanzen finanzas financas banking bank_services"},
    {CATEGORY_BANK_FEES,
     "fee fees bank_fee bank_fees bank_charge bank_charges charge charges bank_charges_fees service_fee "
     "service_fees service_charge monthly_fee account_fee admin_fee admin_charge transaction_fee atm_fee "
     "overdraft_fee overdraft maintenance_fee ledger_fee notification_fee unpaid_fee insufficient_funds "
     "nsf_fee foreign_transaction international_transaction processing_fee card_fee annual_fee late_fee "
     "wire_fee frais frais_bancaires frais_tenue commission commissions commission_intervention "
     "cotisation_carte cotisation_visa agios interets_debiteurs kontofuhrung* entgelt entgeltabschluss "
     "gebuhr gebuhren bankgebuhren comision comisiones mantenimiento_cuenta tarifa tarifas "
     "cesta_servicos commissioni canone_conto imposta_bollo kosten_rekening bankkosten paypal_fee "
     "stripe_fee penalty returned_item chargeback bank"},
    {CATEGORY_LOANS,
     "loan loans loan_repayment loan_payment repayment repayments pret prets remboursement_pret "
     "credit_conso emprunt echeance echeance_pret kredit kreditrate darlehen tilgung prestamo prestamos "
     "emprestimo financiamento finanziamento rata prestito lening aflossing interest_paid "
     "interest_charged interest_charge loan_interest interest_repayment student_loan sallie_mae navient "
     "nelnet great_lakes cofidis cetelem sofinco oney younited franfinance klarna_bank klarna afterpay "
     "clearpay payjustnow affirm zip_pay sezzle santander_consumer wesbank african_bank finchoice lendup "
     "payday_loan instalment installment ratenzahlung targobank_kredit crediter"},
    {CATEGORY_INSURANCE,
     "insurance insurances assurance assurances versicherung* kfz_versicherung krankenversicherung "
     "haftpflicht seguro seguros assicurazion* verzekering* insurer premium_insurance life_insurance "
     "health_insurance car_insurance medical_aid medicalaid funeral_cover mutuelle prevoyance "
     "krankenkasse axa allianz aviva zurich generali mapfre maaf maif macif matmut gmf mma groupama "
     "swisslife cnp_assur april_assur harmonie_mutuelle mgen malakoff alan_sa ag2r huk_coburg huk24 ergo "
     "devk lvm signal_iduna cosmosdirekt debeka aok barmer techniker_krankenkasse dak tk_kranken "
     "direct_line admiral churchill hastings_direct esure lv_insurance bupa vitality legal_general "
     "prudential geico progressive_ins state_farm allstate usaa liberty_mutual farmers_ins "
     "nationwide_ins metlife aetna cigna humana blue_cross unitedhealth anthem discovery_health disclife "
     "outsurance santam momentum sanlam old_mutual hollard miway king_price metropolitan_life "
     "liberty_life avbob clientele 1life bonitas centraal_beheer nationale_nederlanden interpolis achmea "
     "vgz zilveren_kruis mutua_madrilena linea_directa sanitas adeslas unipolsai insur* assur*"},
    {CATEGORY_TAXES,
     "tax taxes taxation impot impots steuer steuern einkommensteuer umsatzsteuer gewerbesteuer impuesto "
     "impuestos imposto impostos imposta tasse tassa belasting belastingdienst tributo dgfip "
     "tresor_public tip_impots direction_generale_finances finances_publiques urssaf cfe tva "
     "taxe_fonciere taxe_habitation csg hmrc council_tax vat paye self_assessment irs franchise_tax "
     "state_tax us_treasury sars finanzamt finanzkasse hauptzollamt bundeskasse agencia_tributaria aeat "
     "hacienda receita_federal agenzia_entrate f24 customs douane zoll licence_permit licences permits "
     "fine fines amende amendes bussgeld multa multas court courts civil_justice civil_enforcement "
     "county_council city_council borough_council gemeente stadtkasse mairie municipality "
     "companies_house registry passport_office home_office"},
    {CATEGORY_CASH,
     "cash cash_withdrawal cash_withdrawals atm atm_withdrawal cashpoint cash_machine cash_advance "
     "link_cash autobank geldautomat bargeld bargeldauszahlung auszahlung bancomat prelievo "
     "prelievo_bancomat cajero reintegro retirada_efectivo disposicion_efectivo efectivo saque "
     "saque_eletronico levantamento multibanco retrait retrait_dab retrait_gab retrait_especes dab gab "
     "especes geldopname opname geldmaat cardless_cash cash_send ewallet e_wallet notemachine "
     "cardtronics withdrawal"},
    {CATEGORY_WORK,
     "work business professional_expenses betrieb travail trabajo trabalho lavoro werk operating"},
    {CATEGORY_OFFICE,
     "office office_supplies office_equipment supplies stationery stationary papeterie fournitures "
     "fourniture_bureau fournitures_bureau burobedarf buromaterial schreibwaren papeleria papelaria "
     "cancelleria kantoor* equipment equip staples office_depot officemax office_max officeworks "
     "viking_direct viking ryman paperchase bureau_vallee lyreco bruneau photocopying printer toner "
     "ink_cartridge cartridge* moo_com printing_supplies ulines uline furniture_office"},
    {CATEGORY_SOFTWARE,
     "software saas hosting web_hosting webhosting domain domains cloud computing server servers "
     "licence_software logiciel logiciels hebergement aws amazon_web amazonaws google_cloud "
     "google_gsuite gsuite google_workspace google_apps google_ads_x microsoft microsoft_365 office_365 "
     "msft azure digitalocean digital_ocean linode heroku vultr hetzner ovh ovhcloud ionos strato "
     "scaleway online_net gandi namecheap godaddy hover_com dnsimple cloudflare fastly netlify vercel "
     "rackspace dreamhost bluehost hostgator siteground wordpress wix squarespace weebly shopify_com "
     "bigcommerce github gitlab bitbucket atlassian jetbrains slack zoom zoom_us dropbox box_com "
     "evernote notion airtable asana trello basecamp monday_com todoist zapier ifttt intercom zendesk "
     "freshdesk hubspot salesforce mailchimp sendgrid mailgun mandrill postmark twilio_inc typeform "
     "surveymonkey survey_monkey doodle calendly docusign adobe figma sketch_app canva invision framer "
     "1password lastpass dashlane bitwarden nordvpn expressvpn vpn fastmail protonmail quickbooks intuit "
     "xero sage freshbooks gusto expensify segment_io mixpanel amplitude datadog newrelic new_relic "
     "sentry loggly pagerduty travis_ci circleci openai chatgpt anthropic grammarly npm_inc "
     "apple_developer unity_tech codeanywhere app_store"},
    {CATEGORY_POSTAGE,
     "postage post post_office postoffice postal poste la_poste laposte timbre* affranchissement porto "
     "briefmarken shipping shipment freight fret courier couriers coursier delivery_service livraison "
     "versand paket paketdienst envio envios correo correos correios posteitaliane poste_italiane "
     "spedizione postnl bpost verzend* usps ups fedex dhl dpd gls hermes evri yodel royal_mail royalmail "
     "parcelforce parcel parcels chronopost colissimo mondial_relay colis_prive relais_colis "
     "deutsche_post seur mrw nacex aramex postnet courier_guy paxi fastway pargo stamps_com shippo "
     "easypost pirate_ship interparcel"},
    {CATEGORY_ADVERTISING,
     "advertising advert adverts ads marketing promotion* promotions publicite werbung publicidad "
     "publicidade pubblicita reclame google_ads google_adwords adwords facebook_ads facebk facebook "
     "fb_me meta_platforms instagram_ads twitter_ads linkedin_ads bing_ads print prints printing "
     "imprimerie impression druckerei vistaprint stickers sticker_giant moo_print custom_ink customink "
     "teespring t_shirts t_shirt banner* flyer* signs signage billboard media_buy mailshot promotional"},
    {CATEGORY_PROFESSIONAL,
     "professional prof_fees professional_fees professional_services legal lawyer* solicitor* attorney* "
     "avocat* anwalt rechtsanwalt abogad* advogad* avvocat* advocaat notaire notar notario notaris "
     "accountant* accounting comptab* expert_comptable honoraires steuerberat* contab* commercialista "
     "boekhoud* consult* conseil beratung asesor* contractor* contracting freelance* freelancer upwork "
     "fiverr legalzoom incorporation bookkeep* audit auditor translation surveyor* architect* "
     "engineering recruitment agency sous_traitance subcontract*"},
    {CATEGORY_STAFF,
     "staff wages_paid payroll_run employee* employees salaries_paid salaire_net paie personnel "
     "interimaire personalkosten lohnkosten nominas pole_emploi_cot retraite_cotis adp_payroll paychex "
     "staff_costs volunteer_costs"},
    {CATEGORY_EARNINGS,
     "income incomes revenue revenu revenus einkommen einnahmen ingresos receitas entrate inkomsten "
     "earnings"},
    {CATEGORY_SALARY,
     "salary salaries wage wages payroll pay_cheque paycheck paycheque salaire salaires gehalt lohn "
     "lohnzahlung bezuge lohngehalt nomina salario ordenado vencimento stipendio salaris loon "
     "direct_deposit direct_dep bonus_payment employer"},
    {CATEGORY_BENEFITS,
     "pension pensions retirement benefit benefits state_pension dwp universal_credit child_benefit "
     "jobseeker* social_security ssa_treas ssi unemployment caf caisse_allocations allocations "
     "allocation_familiale pole_emploi france_travail carsat agirc arrco cnav rente rentenversicherung "
     "deutsche_rentenversicherung familienkasse kindergeld arbeitsagentur agentur_arbeit jobcenter "
     "elterngeld sepe seguridad_social prestacion inss inps uwv svb sassa grant stimulus housing_benefit "
     "cpam_remb"},
    {CATEGORY_INTEREST,
     "interest interest_received interest_earned credit_interest interest_credit bank_interest "
     "gross_interest interest_payment interets_crediteurs interets_livret zinsen zinsgutschrift "
     "habenzinsen intereses abono_intereses juros rendimento interessi rente_spaar dividend dividends "
     "dividende* dividendo* capital_gain coupon_payment distribution"},
    {CATEGORY_SALES,
     "sales sale_proceeds invoice invoices rechnung factura_cobrada facture_client client customer "
     "takings turnover payout payouts stripe_payout stripe stripe_transfer paypal_payout square_inc "
     "shopify_payout merchant_deposit remise_carte encaissement encaissements vente ventes umsatz erlos "
     "ventas vendas fees_earned fees_received sponsor* sponsorship etsy_payout airbnb_payout royalties"},
    {CATEGORY_REFUNDS,
     "refund refunds refunded reimbursement reimbursements rembours* remboursement erstattung "
     "ruckerstattung ruckzahlung reembolso* devolucion* rimborso terugbetaling cashback cash_back rebate "
     "reversal reversed avoir credit_voucher claim_payment tax_refund"},
    {CATEGORY_OTHER_INCOME,
     "other_income income_other cash_deposit deposit deposits versement_especes depot einzahlung "
     "ingreso_efectivo cheque_deposit remise_cheque versamento storting gift_received"},
    {CATEGORY_TRANSFERS,
     "transfer transfers virement virements uberweisungen transferencias bonifici overboekingen"},
    {CATEGORY_OWN_TRANSFER,
     "own_transfer own_account own_accounts internal_transfer inter_account account_transfer "
     "transfer_between virement_interne compte_compte umbuchung eigenubertrag ubertrag traspaso "
     "entre_contas giroconto eigen_rekening bank_transfer topup top_up revolut wise transferwise n26 "
     "monzo"},
    {CATEGORY_PERSON_TRANSFER,
     "venmo zelle cash_app cashapp square_cash paypal_friends lydia paylib bizum_persona tikkie_persona "
     "twint mbway mb_way swish vipps mobilepay blik pix_pessoa payid person_transfer western_union "
     "moneygram remitly worldremit mukuru"},
    {CATEGORY_SAVINGS,
     "savings saving epargne livret livret_a ldds pel sparen sparkonto sparplan ahorro ahorros poupanca "
     "risparmio spaar spaarrekening investment investments invest investing investissement anlage "
     "depot_titres bourse broker* brokerage wertpapier* wertpapierkauf inversion* investimento* beleggen "
     "vanguard fidelity schwab etrade robinhood wealthfront betterment acorns hargreaves_lansdown "
     "trading_212 trading212 interactive_brokers etoro degiro boursorama_bourse trade_republic "
     "scalable_capital flatex comdirect_depot easyequities allan_gray coronation satrix binance coinbase "
     "kraken luno crypto bitcoin isa roth 401k ira round_up roundup moneybox chip_savings "
     "savings_transfer stokvel unit_trust"},
    {CATEGORY_CARD_BILL,
     "card_bill credit_card creditcard credit_card_payment card_repayment carte_credit kreditkarte "
     "kreditkartenabrechnung tarjeta_credito fatura_cartao carta_credito amex american_express "
     "barclaycard capital_one citi_card chase_card discover_card mbna visa_payment mastercard_payment "
     "payment_thank thank_you autopay_payment diners_club cofinoga"},
};

const size_t lexicon_line_count = sizeof lexicon_lines / sizeof *lexicon_lines;
