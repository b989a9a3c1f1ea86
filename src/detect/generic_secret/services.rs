//! Services whose keys have no form of their own, and whose names mean nothing else: near such a name, a random text is a key.
//!
//! Names of ordinary words, of databases, code hosts and whatever else stands beside digests and ids, are left out. Each name
//! costs time with every text: with twice as many, source code was read at five sixths of the speed.

/// The names, as an anchor: only where a word begins, for else the automaton would need a state for each letter of each name
/// inside of every word.
pub(super) const SERVICES: &str = "(?:^|[^0-9A-Za-z])(?i:\
    abuseipdb|accuweather|adafruit|adzuna|aftership|airbrake|airtable|algolia|alienvault|alphavantage|amplitude|\
    anypoint|apideck|apiflash|apify|apilayer|apimatic|apitemplate|apollographql|appcues|appfollow|assemblyai|\
    avalara|aviationstack|aylien|ayrshare|bannerbear|baremetrics|beebole|billomat|bitfinex|bitgo|bitmex|blazemeter|\
    blocknative|borgbase|brandfetch|browserstack|bscscan|bugherd|bugsnag|bulksms|buttercms|calendarific|calendly|\
    capsulecrm|carboninterface|caspio|censys|chartmogul|chatfuel|checklyhq|checkvist|clarifai|clearbit|clicksend|\
    clockify|cloudconvert|cloudflare|cloudimage|cloudinary|cloudmersive|cloudsight|cloudsmith|cloudways|codacy|\
    codeclimate|codecov|codemagic|coinapi|coinbase|coingecko|coinlayer|coinmarketcap|cometchat|contentful|\
    contentstack|convertapi|convertkit|coveralls|craftmypdf|crowdin|cryptocompare|currencylayer|customerio|databox|\
    deepai|deepgram|deepl|detectify|diffbot|disqus|docparser|docusign|dotmailer|dronahq|droneci|dwolla|dynadot|\
    edamam|edenai|elasticemail|emailoctopus|enigma|etherscan|ethplorer|everhour|exchangerateapi|exchangeratesapi|\
    faceplusplus|fastforex|fastly|fastspring|filestack|finage|financialmodelingprep|finicity|finnhub|fixerio|flickr|\
    flightapi|flowdash|flutterwave|formio|formsite|formstack|foursquare|freshbooks|freshdesk|freshworks|fullcontact|\
    fullstory|geckoboard|geoapify|geocodio|getresponse|glassnode|gocanvas|gocardless|godaddy|gosquared|graphcms|\
    graphhopper|gtmetrix|gumroad|gyazo|hellosign|helpcrunch|helpscout|holidayapi|hybiscus|hypertrack|iconfinder|\
    iexcloud|imagekit|imagga|imgix|infobip|infura|insightly|instamojo|integromat|intrinio|invoiceocean|\
    ipgeolocation|ipinfo|ipstack|jotform|jsonbin|jumpcloud|kaltura|kanbantool|keenio|klipfolio|kucoin|leadfeeder|\
    lemlist|linkpreview|liveagent|livestorm|locationiq|loginradius|logzio|lokalise|loyverse|magicbell|mailboxlayer|\
    mailchimp|mailerlite|mailgun|mailjet|mailmodo|mailsac|mandrill|mapquest|marketstack|maxmind|meaningcloud|\
    mediastack|meistertask|messagebird|messari|metaapi|mindmeister|mixmax|mixpanel|mockaroo|monkeylearn|moosend|\
    moralis|mrticktock|newsapi|newscatcher|nexmo|nftport|nicehash|nordigen|noticeable|numverify|nutritionix|nylas|\
    nytimes|oanda|ocrspace|omnisend|onelogin|onesignal|onfleet|opencagedata|openexchangerates|openuv|opsgenie|\
    pandadoc|papertrail|parsehub|parseur|partnerstack|paymongo|pdflayer|pdfshift|peopledatalabs|pepipost|pipedream|\
    pipedrive|pivotaltracker|pixabay|plivo|podio|poloniex|polygonio|positionstack|prodpad|proxycrawl|pushbullet|\
    pushover|quickbase|rapidapi|rebrandly|rechargepayments|redbooth|refiner|ringcentral|rocketreach|rockset|rollbar|\
    salesflare|saucelabs|scraperapi|scrapestack|scrapfly|scrapingant|scrapingbee|scrapingdog|screenshotapi|\
    screenshotlayer|securitytrails|sellfy|sendbird|sendinblue|serpstack|shodan|shotstack|shutterstock|signalwire|\
    sigopt|smartsheet|smartystreets|smooch|snipcart|sparkpost|spoonacular|sportradar|sslmate|statuscake|statuspage|\
    stormglass|storyblok|stytch|sumologic|surveybot|surveymonkey|surveysparrow|swiftype|taxjar|telesign|textmagic|\
    thousandeyes|ticketmaster|tiingo|timecamp|todoist|toggl|tomtom|tradier|transferwise|travisci|trello|twelvedata|\
    tyntec|unsplash|uploadcare|uptimerobot|urlscan|userstack|verimail|veriphone|virustotal|visualcrossing|vultr|\
    weatherapi|weatherbit|weatherstack|webflow|wistia|wordsapi|worksnaps|wpengine|wrike|youneedabudget|zendesk|\
    zenkit|zenscrape|zenserp|zeplin|zerobounce|zerotier|zipbooks)";

/// Whether `word` is such a name, or the plural of one.
pub(super) fn is_service(word: &[u8]) -> bool {
    let begins = |name: &str| word.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name.as_bytes()));
    names().any(|name| word.len() <= name.len() + 1 && begins(name))
}

fn names() -> impl Iterator<Item = &'static str> {
    let names = SERVICES.split_once("(?i:").map_or("", |(_, names)| names);
    names.trim_end_matches(')').split('|')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_in_order() {
        assert!(names().count() > 300 && names().is_sorted());
        assert!(names().all(|name| name.len() > 4 && name.bytes().all(|b| b.is_ascii_lowercase())));
    }

    #[test]
    fn whole_names_count_in_any_case() {
        assert!(is_service(b"Fastly") && is_service(b"SMARTSHEETS"));
        assert!(!is_service(b"fast") && !is_service(b"steadfastly") && !is_service(b"fastlyness"));
    }
}
