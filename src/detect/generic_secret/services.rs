//! Services whose keys have no form of their own, and whose names mean nothing else: near such a name, a random text is a key.
//!
//! Names of ordinary words, of databases, code hosts and whatever else stands beside digests and ids, are left out.

use crate::detect::anchor::Anchor;

/// The names, as anchors.
pub(super) const ANCHORS: [Anchor; NAMES.len()] = Anchor::any_case(NAMES);

/// In order, so that they can be searched.
#[rustfmt::skip]
const NAMES: [&str; 605] = [
    "abbysale", "abuseipdb", "accuweather", "adafruit", "adzuna", "aerisweather", "aeroworkflow", "aftership",
    "airbrake", "airtable", "airvisual", "alconost", "alegra", "aletheiaapi", "algolia", "alienvault", "allsports",
    "alphavantage", "amplitude", "anypoint", "apacta", "apideck", "apiflash", "apifonica", "apify", "apilayer",
    "apimatic", "apiscience", "apitemplate", "apollographql", "appcues", "appfollow", "appointedd", "appsynergy",
    "apptivo", "assemblyai", "autoklose", "avalara", "aviationstack", "axonaut", "aylien", "ayrshare", "bannerbear",
    "baremetrics", "beebole", "besnappy", "billomat", "bitbar", "bitcoinaverage", "bitfinex", "bitgo", "bitmex",
    "blablabus", "blazemeter", "blitapp", "blocknative", "bombbomb", "boostnote", "borgbase", "brandfetch",
    "brightlocal", "browserstack", "browshot", "bscscan", "buddyns", "bugherd", "bugsnag", "bulksms", "buttercms",
    "caflou", "calendarific", "calendly", "calorieninja", "campayn", "cannyio", "capsulecrm", "captaindata",
    "carboninterface", "cashboard", "caspio", "censys", "centralstationcrm", "cexio", "chartmogul", "chatfuel",
    "checklyhq", "checkmarket", "checkvist", "clarifai", "clearbit", "clickhelp", "clicksend", "cliengo", "clinchpad",
    "clockify", "clockworksms", "cloudconvert", "cloudelements", "cloudflare", "cloudimage", "cloudinary",
    "cloudmersive", "cloudplan", "cloudsight", "cloudsmith", "cloudways", "cloverly", "clustdoc", "codacy",
    "codeclimate", "codecov", "codemagic", "codequiry", "coinapi", "coinbase", "coingecko", "coinlayer", "coinlib",
    "coinmarketcap", "cometchat", "commercejs", "companyhub", "contentful", "contentstack", "conversiontools",
    "convertapi", "convertkit", "convier", "copyscape", "countrylayer", "coveralls", "craftmypdf", "createsend",
    "crowdin", "cryptocompare", "currencycloud", "currencyfreaks", "currencylayer", "currencyscoop", "currentsapi",
    "customerguru", "customerio", "dareboost", "databox", "datafire", "datagov", "deepai", "deepgram", "deepl",
    "demio", "detectify", "detectlanguage", "dfuse", "diffbot", "diggernaut", "disqus", "distribusion", "dnscheck",
    "docparser", "documo", "docusign", "dotmailer", "dovico", "dronahq", "droneci", "dwolla", "dynadot", "dynalist",
    "dyspatch", "eagleeyenetworks", "easyinsight", "ecostruxureit", "edamam", "edenai", "edusign", "elasticemail",
    "emailoctopus", "enablex", "enigma", "etherscan", "ethplorer", "everhour", "eversign", "exchangerateapi",
    "exchangeratesapi", "extractorapi", "faceplusplus", "fakejson", "fastforex", "fastly", "fastspring", "feedier",
    "fetchrss", "fibery", "filestack", "finage", "financialmodelingprep", "finicity", "finnhub", "fixerio", "flatio",
    "fleetbase", "flickr", "flightapi", "flightlabs", "flightstats", "flowdash", "flowdock", "flowflu", "flutterwave",
    "formbucket", "formcraft", "formio", "formsite", "formstack", "foursquare", "freshbooks", "freshdesk",
    "freshworks", "fullcontact", "fullstory", "fusebill", "fxmarket", "geckoboard", "gengo", "geoapify", "geocodify",
    "geocodio", "geoipify", "getgeoapi", "getgist", "getresponse", "glassnode", "glitterly", "gocanvas", "gocardless",
    "godaddy", "goshippo", "gosquared", "graphcms", "graphhopper", "groovehq", "gtmetrix", "guardianapi", "gumroad",
    "gyazo", "happyscribe", "heatmapapi", "hellosign", "helpcrunch", "helpscout", "hiveage", "holidayapi", "hybiscus",
    "hypeauditor", "hypertrack", "iconfinder", "iexapis", "iexcloud", "imagekit", "imagga", "imgix", "infobip",
    "infura", "insightly", "instabot", "instamojo", "integromat", "interseller", "intrinio", "invoiceocean",
    "ipgeolocation", "ipinfo", "ipquality", "ipstack", "jotform", "jsonbin", "jumpcloud", "jumpseller", "kaleyra",
    "kaltura", "kanbantool", "karmacrm", "keenio", "kiteconnect", "klipfolio", "knapsackpro", "kucoin", "kylas",
    "languagelayer", "leadfeeder", "lemlist", "lendflow", "lessannoyingcrm", "lexigram", "linkpreview", "liveagent",
    "livestorm", "loadmill", "locationiq", "loginradius", "logzio", "lokalise", "loyverse", "lunchmoney", "madkudu",
    "magicbell", "mailboxlayer", "mailchimp", "mailerlite", "mailgun", "mailjet", "mailmodo", "mailsac", "mandrill",
    "mapquest", "marketstack", "mavenlink", "maxmind", "meaningcloud", "mediastack", "meistertask", "mesibo",
    "messagebird", "messari", "metaapi", "metrilo", "mindmeister", "mixcloud", "mixmax", "mixpanel", "mockaroo",
    "mojohelpdesk", "monkeylearn", "moonclerk", "moosend", "moralis", "mrticktock", "myexperiment", "myintervals",
    "nethunt", "neutrinoapi", "newsapi", "newscatcher", "nexmo", "nftport", "nicehash", "nicereply", "nordigen",
    "noticeable", "nozbe", "nubela", "numverify", "nutritionix", "nylas", "nytimes", "oanda", "ocrspace", "omnisend",
    "onbuka", "onedesk", "onelogin", "onepagecrm", "onesignal", "onfleet", "onwaterio", "oopspam", "opencagedata",
    "opendatasoft", "openexchangerates", "opengraphr", "openuv", "opsgenie", "optidash", "owlbot", "pandadoc",
    "pandascore", "paperform", "papertrail", "papyrs", "paralleldots", "parsehub", "parseur", "partnerstack",
    "passbase", "paydirtapp", "paymoapp", "paymongo", "pdflayer", "pdfmyurl", "pdfshift", "peopledatalabs",
    "pepipost", "pipedream", "pipedrive", "pivotaltracker", "pixabay", "planyo", "plivo", "podio", "pollsapi",
    "poloniex", "polygonio", "positionstack", "postageapp", "powrbot", "printfection", "processst", "prodpad",
    "prospectcrm", "prospectio", "protocolsio", "proxycrawl", "purestake", "pushbullet", "pushover", "qualaroo",
    "qubole", "quickbase", "quickmetrics", "rapidapi", "reachmail", "reallysimplesystems", "rebrandly",
    "rechargepayments", "redbooth", "refiner", "rentman", "repairshopr", "restpack", "revampcrm", "ringcentral",
    "riotgames", "ritekit", "rocketreach", "rockset", "rollbar", "roninapp", "rownd", "runrunit", "salesblink",
    "salescookie", "salesflare", "salesmate", "satismeter", "saucelabs", "scrapeowl", "scraperapi", "scraperbox",
    "scrapestack", "scrapfly", "scrapingant", "scrapingbee", "scrapingdog", "screenshotapi", "screenshotlayer",
    "scrutinizerci", "securitytrails", "selectpdf", "sellfy", "sendbird", "sendinblue", "sendoso", "serphouse",
    "serpstack", "sheety", "sherpadesk", "shipday", "shodan", "shotstack", "shutterstock", "signalwire", "signaturit",
    "signupgenius", "sigopt", "simfin", "simplesat", "simplybook", "simplynoted", "simvoly", "siteleaf", "skrappio",
    "skybiometry", "smartsheet", "smartystreets", "smooch", "smsapi", "snipcart", "sparkpost", "speechtextai",
    "spoonacular", "sportradar", "sportsmonk", "sslmate", "statuscake", "statuspage", "statuspal", "stitchdata",
    "stockdata", "storecove", "stormboard", "stormglass", "storyblok", "storychief", "stytch", "sugester",
    "sumologic", "supernotes", "supportbee", "surveyanyplace", "surveybot", "surveymonkey", "surveysparrow",
    "survicate", "swiftype", "tallyfy", "taxjar", "teamgate", "technicalanalysisapi", "tefter", "telesign",
    "textmagic", "theoddsapi", "thinkific", "thousandeyes", "ticketmaster", "tickettailor", "tiingo", "timecamp",
    "timekit", "timezoneapi", "tmetric", "todoist", "toggl", "tokeet", "tomorrowio", "tomtom", "tradier",
    "transferwise", "travelpayouts", "travisci", "trello", "twelvedata", "tyntec", "typetalk", "uclassify", "unifyid",
    "unplugg", "unsplash", "upcdatabase", "uplead", "uploadcare", "uptimerobot", "upwave", "urlscan", "userflow",
    "userstack", "vatlayer", "vbout", "veevavault", "verimail", "veriphone", "versioneye", "viewneo", "virustotal",
    "visualcrossing", "voicegain", "voodoosms", "vouchery", "vpnapi", "vultr", "walkscore", "weatherapi",
    "weatherbit", "weatherstack", "webengage", "webflow", "webscraping", "websitepulse", "whoxy", "wistia", "woopra",
    "wordsapi", "worksnaps", "workstack", "worldcoinindex", "worldweather", "wpengine", "wrike", "youneedabudget",
    "yousign", "zendesk", "zenkit", "zenrows", "zenscrape", "zenserp", "zeplin", "zerobounce", "zerotier", "zipapi",
    "zipbooks", "zipcodeapi", "zipcodebase", "zonkafeedback", "zulipchat",
];

/// Whether `word` is such a name, or the plural of one.
pub(super) fn is_service(word: &[u8]) -> bool {
    let word = word.to_ascii_lowercase();
    let is_name = |word: &[u8]| NAMES.binary_search_by(|name| name.as_bytes().cmp(word)).is_ok();
    is_name(&word) || word.strip_suffix(b"s").is_some_and(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_in_order() {
        assert!(NAMES.is_sorted());
        assert!(NAMES.iter().all(|name| name.len() > 4 && name.bytes().all(|b| b.is_ascii_lowercase())));
    }

    #[test]
    fn whole_names_count_in_any_case() {
        assert!(is_service(b"Fastly") && is_service(b"SMARTSHEETS"));
        assert!(!is_service(b"fast") && !is_service(b"steadfastly") && !is_service(b"fastlyness"));
    }
}
