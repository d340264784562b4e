/** The JSON of the public API and of the room, version 1, under short names. The types are the
 *  server's own models: `scripts/contract` writes `api/schema.ts` anew after a change of a
 *  `schemas.py`, and `make check` fails when it is stale. */
import type { components } from "./api/schema";

type Models = components["schemas"];

export type Words = Models["Words"];
export type Lang = keyof Words;
export type Action = Models["Action"];
export type Money = Models["MoneyOut"];

export type Axis = Models["OptionAxisOut"];
export type Picture = Models["PictureOut"];
export type Variant = Models["VariantOut"];
export type Product = Models["ProductOut"];

export type ShowState = Models["ShowState"];
export type Show = Models["ShowOut"];

/** Nothing can happen to it any more; `cancelled` is a draft that was given up, which only its host ever sees. */
export const isOver = (state: ShowState | undefined): boolean =>
  state === "ended" || state === "cancelled";

export type Cue = Models["CueOut"];
export type Pin = Cue & { payload: Models["PinPayload"] };
/** The announcement of a drop. */
export type DropCue = Cue & { payload: Models["DropPayload"] };
export type Announcement = Cue & { payload: Models["AnnouncementPayload"] };
export type NewAnnouncement = Models["NewAnnouncement"];
export type RoomDrop = Models["RoomDrop"];
export type ShownCoupon = Models["ShownCoupon"];
export type ShownCoupons = Models["ShownCoupons"];
export type CouponClaim = Models["ClaimOut"];
export type TeamCoupon = Models["CouponOut"];
export type TeamCoupons = Models["CouponsOut"];
export type NewCoupon = Models["NewCoupon"];
export type Wait = Models["WaitOut"];
export type Waits = Models["WaitsOut"];
export type TeamDrop = Models["DropOut"];
export type TeamDrops = Models["DropsOut"];
export type AskedDrop = Models["AskedDropOut"];
export type AskedDrops = Models["AskedDropsOut"];
export type Disclosure = Models["Disclosure"];
export type Clip = Models["ClipOut"];
export type Storyboard = Models["Storyboard"];
export type StoryboardTile = Models["StoryboardTile"];
export type ReplayDecision = Models["ReplayDecision"];

export type ChatMessage = Models["MessageOut"];
export type SentMessage = Models["SentOut"];
/** What a message was understood to want. */
export type Wish = Models["WishOut"];
export type ChatAction = Models["ActionOut"];
export type Question = Models["QuestionOut"];
export type AskedQuestion = Models["AskedOut"];
export type TeamQuestion = Models["TeamQuestionOut"];
export type TeamQuestions = Models["TeamQuestionsOut"];
export type HeldMessages = Models["HeldOut"];
export type ReportReason = Models["ReportReason"];
export type Case = Models["CaseOut"];
export type CaseDecision = Models["CaseDecision"];
export type ListedWord = Models["ListedWordOut"];
export type ListedWords = Models["ListedWordsOut"];
export type AddedWords = Models["AddedWordsOut"];
export type WordLanguage = Models["WordLanguage"];
export type WordEffect = Models["WordEffect"];
export type Moderators = Models["ModeratorsOut"];
export type RoomChat = Models["RoomChat"];
/** Event `message` of the room. */
export type ChatEvent = Models["RoomMessage"] | Models["RoomMessageGone"];

export type AdmissionRequest = Models["AdmissionIn"];
export type Admission = Models["AdmissionOut"];

export type Hold = Models["HoldOut"];
export type Estimate = Models["EstimateOut"];
export type SellerQuote = Models["SellerQuoteOut"];
export type DeliveryOption = Models["DeliveryOptionOut"];
export type DeliveryOptionIn = Models["DeliveryOptionIn"];
export type DeliveryPreview = Models["DeliveryPreview"];
export type MailChoice = Models["MailChoiceOut"];
export type SellerTerms = Models["TermsOut"];
export type TermsKind = Models["TermsKind"];
export type Address = Models["AddressIn"];
export type KeptAddress = Models["KeptAddressOut"];
export type KeptAddresses = Models["KeptAddressesOut"];
export type PlacedOrder = Models["PlacedOrder"];
export type Order = Models["OrderOut"];
export type OrderDetail = Models["OrderDetail"];
export type OrderNote = Models["NoteOut"];
export type Payment = Models["PurchaseOut"];
export type PaymentStatus = Payment["status"];
export type Checkout = Models["CheckoutOut"];
/** How the buyer pays: one shape for each provider, told apart by `type`. */
export type PaymentMethod = Models["PayIn"]["payment_method"];

export type Role = Models["Role"];
export type TeamView = Models["TeamOut"];
export type Invited = Models["InvitedOut"];

export type StudioView = Models["StudioOut"];
export type Remote = Models["RemoteOut"];
export type RemoteTicket = Models["RemoteTicketOut"];
export type RemoteShow = Models["RemoteShowOut"];
export type Caption = Models["CaptionOut"];
export type CaptionLines = Models["CaptionLines"];
export type PreflightReport = Models["PreflightOut"];
export type Check = Models["CheckOut"];
export type PublishTicket = Models["PublishTicketOut"];
export type SoldItem = Models["SoldItem"];
export type Sales = Models["SalesOut"];
export type ProductImport = Models["ImportOut"];
export type ImportLine = Models["ImportLine"];
export type ImportPicture = Models["ImportPicture"];
export type ImportChange = Models["ImportChange"];
export type DeskProduct = Models["DeskProduct"];
export type DeskVariant = Models["DeskVariant"];
/** How many there are behind each filter. */
export type Counts = Models["CountsOut"]["counts"];
export type PricePoint = Models["PricePointOut"];
export type StockChange = Models["StockChangeOut"];
export type Webhook = Models["WebhookOut"];
export type WebhookEvent = Webhook["events"][number];
export type Delivery = Models["DeliveryOut"];
export type LedgerAccount = Models["AccountOut"];
export type LedgerEntry = Models["EntryOut"];
export type Balance = Models["BalanceOut"];
export type Statement = Models["StatementOut"];
export type Statements = Models["StatementsOut"];
export type Payout = Models["PayoutOut"];
export type PayoutOrder = Models["PayoutOrderOut"];
export type PayoutOrders = Models["PayoutOrdersOut"];
export type Keep = Models["KeepOut"];
export type Commissions = Models["CommissionsOut"];
export type Agreement = Models["AgreementOut"];
export type CommissionPartner = Models["PartnersOut"];
export type PayoutBatches = Models["BatchesOut"];
export type PayoutBatch = Models["BatchOut"];
export type PayoutHold = Models["PayoutHoldOut"];
export type Session = Models["SessionOut"];
export type OpenSession = Models["OpenSessionOut"];
export type ApiKey = Models["KeyOut"];
export type Scope = Models["Scope"];
export type SecurityRecord = Models["SecurityRecordOut"];
export type Safety = Models["SafetyOut"];
export type AgeCase = Models["AgeCaseOut"];
export type ViewerLimit = Models["ViewerLimitOut"];
export type Viewer = Models["ViewerOut"];
export type SignInAsked = Models["SignInAskedOut"];
export type OwnOrder = Models["OwnOrderOut"];
export type OwnData = Models["OwnDataOut"];
export type Erasure = Models["ErasureOut"];
export type ViewerSession = Models["ViewerSessionOut"];
export type Wanted = Models["WantedOut"];
export type FollowedHost = Models["FollowedHost"];
export type WaitedForShow = Models["WaitedForShow"];
export type Creator = Models["CreatorOut"];
export type Destination = Models["DestinationOut"];
export type BrokenRule = Models["BrokenRuleOut"];
export type Platform = Models["PlatformOut"];
export type WatchedRehearsal = Models["WatchedRehearsal"];

/** Every list of the API; its models (`ShowPage`, `ProductPage`) differ in the item alone. */
export type Page<Item> = Omit<Models["ShowPage"], "items"> & { items: Item[] };

/** A refusal (RFC 9457). */
export type Problem = Models["Problem"];

/** The room's document. By hand, because OpenAPI has no names for keys by pattern; the values are
 *  the server's. */
export interface RoomEntries {
  readonly show?: Models["RoomShow"];
  readonly chat?: RoomChat;
  readonly rehearsal?: Models["RoomRehearsal"];
  readonly drop?: RoomDrop;
  readonly coupon?: Models["RoomCoupon"];
  readonly [product: `product/${string}`]: Product;
  readonly [cue: `cue/${string}`]: Cue;
  readonly [caption: `caption/${string}`]: Caption;
}
/** By hand, because the name stands in the stream's `event:` line, beside the JSON. */
export type RoomEvent =
  | ({ type: "snapshot" } & Omit<Models["RoomSnapshot"], "entries"> & { entries: RoomEntries })
  | ({ type: "set" } & Models["RoomChange"])
  | ({ type: "state" } & Models["RoomState"]);
