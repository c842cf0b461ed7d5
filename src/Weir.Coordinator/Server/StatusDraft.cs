using System.Text;
using Weir.Coordinator.Core;
using Weir.Coordinator.Protocol;

namespace Weir.Coordinator.Server;

/// <summary>An answer to <c>status</c> in which the lists of requests are still missing.</summary>
/// <param name="json">What is written so far.</param>
/// <param name="hasLists">Whether lists belong into it.</param>
internal sealed class StatusDraft(JsonComposer json, bool hasLists)
{
    /// <summary>An answer beyond this many bytes is ended early, and says so.</summary>
    private const int MaxBytes = 256 * 1024 * 1024;

    private readonly List<(int At, string Key, ListName List)> _gaps = [];
    private int _truncationAt;

    public JsonComposer Json => json;

    /// <summary>A list goes here.</summary>
    public void List(string key, ListName list)
    {
        if (hasLists) _gaps.Add((json.Length, key, list));
    }

    /// <summary>That there is more than the lists say goes here.</summary>
    public void Truncation() => _truncationAt = json.Length;

    /// <summary>The answer of which no lists are part.</summary>
    public byte[] Compose() => json.Written.ToArray();

    /// <summary>The answer with the requests of a listing.</summary>
    public byte[] Compose(RequestListing listing)
    {
        var whole = new JsonComposer(1024 * 1024);
        int from = 0;
        bool isCut = listing.IsTruncated;
        foreach ((int at, string key, ListName list) in _gaps)
        {
            Append(whole, from, from = at);
            whole.BeginArray(Encoding.ASCII.GetBytes(key));
            foreach (ref readonly ListedRequest request in listing[list])
            {
                isCut |= whole.Length > MaxBytes;
                if (whole.Length > MaxBytes) break;
                Write(whole, request);
            }

            whole.EndArray();
        }

        Append(whole, from, _truncationAt);
        if (isCut) whole.Member("lists_truncated"u8, 1);
        Append(whole, _truncationAt, json.Length);
        return whole.Written.ToArray();
    }

    /// <summary>Data for people: what is not UTF-8 is replaced, as a JSON string cannot hold it.</summary>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> data) =>
        System.Text.Unicode.Utf8.IsValid(data) ? data : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(data));

    private void Append(JsonComposer whole, int from, int to)
    {
        whole.Raw(json.Written[from..to]);

        // Whether a separator is due follows from what stands last.
        whole.CutTo(whole.Length);
    }

    private static void Write(JsonComposer json, in ListedRequest request)
    {
        json.BeginObject();
        ActionItemWriter.WriteFid(json, "hai_fid"u8, request.Key.DataFid);
        json.Member("hai_cookie"u8, (long)request.Key.Cookie);
        json.Member("hai_data"u8, Text(request.Data));
        json.EndObject();
    }
}
