using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Reading;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Reading;

/// <summary>The example of docs/hsm-tools.md: it tells who waits for a file that its restore is over.</summary>
internal static class RestoreMail
{
    public static async Task RunAsync(IFeedEngine feed, Action<string> send, CancellationToken cancellationToken)
    {
        var stream = new ActionStream(feed, new ActionStreamOptions { Consumer = "restore-mail", Start = ActionStart.End });
        await foreach (ActionEvent happened in stream.ReadAsync(cancellationToken))
        {
            bool isOver = happened.Type == HsmEventType.Update && happened.Status.IsFinal();
            if (isOver && happened.Action == HsmAction.Restore) send($"{happened.Fid} on {happened.Mdt}: {happened.StatusText}");

            // Not before it was sent: after a crash in between it comes again.
            await stream.AcknowledgeAsync(happened, cancellationToken);
        }
    }
}
