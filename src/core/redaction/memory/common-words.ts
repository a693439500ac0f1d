// Words of four letters and more that stand in any text and say nothing about it. A secret that is one of them is none.

const WORDS = `
able about above accept access account across action active actual added address after again against agent agents alert allow allowed
almost alone along already also although always among amount answer another anything apply args array asked assistant available away back base based
because been before began begin behind being below beside best better between beyond body bool both branch break bring build built bytes cache call
called calls came cannot case cases cause change changed changes channel check checked child class clear client close closed code command commit
complete config connect connected connection contain contains content context continue copy correct could count create created current data date days
deal default define delete denied deny described description detail details different directory does done down during each early either else empty
enable enabled ended enough entry equal error errors even event events ever every example exit expect expected expired explain export failed failure
false fetch field fields file files fill final find fine first fixed folder follow following follows form format forms found four from full
function further gave general generated give given gives goes going gone good great group grow half hand handle happen happened hard have having head
header headers hello help here high hold home host hour hours however html http https idea import include included index info
input inputs inside instead integer into invalid issue item items itself json just keep kept kind knew know known label language large last later
latest least leave left length less level life like limit limits line lines link list little live load loaded local location long longer look
looked looks loop lost lots made main make makes making many match matter maybe mean means message messages meta method might mind minute minutes
missing model mode modify module more most move much must name named names near need needed needs network never next none normal note
nothing notice null number numbers object often okay once only onto open opened option options order other others output outside over page pages
param part parts pass passed path paths people perhaps permission place plain plan please plus point points port possible post present previous print
problem process program project public pull push query question queue quite rate rather read reading ready real really reason received record records
redacted reply report request requests require required resource response rest result results retry return returned returns right role root rule rules
running runs safe said same save saved says schema scope search second seconds section seem seen self send sent server service session set sets
setting settings several shall shape short should show shown shows side similar simple simply since single site size small some something soon
source space stand start started state status step steps still stop stopped store stored string strings style success such support sure system table
take taken takes target task tasks tell test tests text than thank thanks that their them then there these they thing things think this those though
three through time timeout times title today together told took tool tools total toward tried true trying turn twice type types under undefined
understand unknown unless until unused update updated upon url used user users uses using usual valid value values version very view wait want wanted
warning ways week well went were what when where whether which while whole whose will window with within without word words work worked working
works world worse would write written wrong year years yesterday yield your zero
admin authorization auth bearer basic cookie credential credentials hash identifier login password passwords passwd secret secrets signature token tokens
username
`;

/** In lower case. */
export const COMMON_WORDS: ReadonlySet<string> = new Set(WORDS.split(/\s+/).filter((word) => word !== ''));
