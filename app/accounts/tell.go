package accounts

import "imglink/models"

// mailNotice is the kind of mail that tells the holder of an account what was changed about it.
const mailNotice = "staff_notice"

// tell mails the holder of an account that something about its security changed, so that a change they did not expect
// does not stay unseen. It carries no link: nobody should learn to follow one from such a mail.
func (s *Service) tell(tx *models.Tx, staff models.Staff, what string) error {
	if staff.Email == "" { // the first administrator before the set-up
		return nil
	}
	body := what + "\n\nThis happened at " + tx.Now.Format("Mon 2 Jan 2006 15:04 MST") +
		". If you did not expect it, tell an administrator you know, in person or by telephone, at once.\n"
	return tx.QueueMail(models.Mail{
		Kind: mailNotice, Entity: "staff", EntityID: staff.ID, Recipient: staff.Email, Subject: s.name + ": your staff account was changed", BodyText: body,
	})
}
