using Weir.Feed;

namespace Weir.Hsm.Shipping;

/// <content>Requests to compare everything anew.</content>
public sealed partial class Shipper
{
    /// <summary>The request to honour in this poll. What is known of all topics is dropped, so that the poll begins with reading them whole.</summary>
    private async ValueTask<RecordId?> FindRequestAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await _requests.FindAsync(cancellationToken) is not { } request) return null;
            ShipLog.FullCompare(_logger, ActionTopics.Requests, request);
            foreach (TopicState topic in _state.Topics) _state.Restore(null, topic);
            return request;
        }
        catch (FeedException)
        {
            // The poll itself is about to say that the feed cannot be read; the request is there afterwards too.
            return null;
        }
    }

    private async ValueTask AnswerAsync(RecordId request, CycleReport report)
    {
        try
        {
            if (report.Problems.Count == 0) await _requests.AnswerAsync(request);
        }
        catch (FeedException failed)
        {
            report.AddProblem(failed.Message);
        }
    }
}
