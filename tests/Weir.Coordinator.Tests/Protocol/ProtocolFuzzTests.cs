using System.Text;
using Weir.Coordinator.Agents;
using Weir.Coordinator.Protocol;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Server;
using Weir.Coordinator.Tests.Server;

namespace Weir.Coordinator.Tests.Protocol;

/// <summary>
/// Messages that are nearly right, in pieces: whatever a peer sends, it is understood the same however it is cut, or refused, and nothing else
/// happens. A sample; WEIR_FUZZ_SECONDS=600 goes on for so long with other seeds each time.
/// </summary>
public sealed class ProtocolFuzzTests
{
    private const int Sample = 3000;

    private static readonly string[] Seeds =
    [
        "{\"command\":\"ehlo\",\"id\":\"n0\",\"fsname\":\"lustre\",\"archive_ids\":[1,2,3],\"caps\":[\"data_b64\"],\"hai_list\":[" + Items.Archive(1, "tag=a\\u0000") + "," + Items.Restore(2) + "]}",
        "{\"command\":\"recv\",\"max_archive\":-1,\"max_restore\":3,\"max_remove\":0,\"max_bytes\":1048576}",
        Items.Done(7),
        Items.Done(-2147483648, 5),
        Items.Queue(Items.Archive(1, "ä€\\ud834\\udd1e"), Items.Archive(2, archiveId: 2, flags: 4), Items.Remove(3)),
        Items.Queue("{\"hai_action\":20,\"hai_data_b64\":\"/wAB\"}", "7", "[]", "{}"),
        "{\"hsm_action_items\":[" + Items.Archive(4) + "],\"command\":\"queue\",\"fsname\":\"x\"}",
        "{\"command\":\"status\",\"verbose\":6,\"details\":1}",
        "{\"command\":\"lock\",\"locked\":2}",
        "{\"command\":\"why\",\"hai_cookie\":9223372036854775807}",
        "{\"command\":\"auth\",\"token\":\"secret\"}",
        "[1,2]",
        "{\"command\":\"done\",\"command\":\"recv\"}",
    ];

    private static readonly byte[][] Tokens = [.. new[] { "{", "}", "[", "]", "\"", "\\", ",", ":", "null", "true", "-", "9223372036854775808", "1e400", "\\ud800", "\\u0000", "\"command\":", "\0", "\u00ff", "[[[[[[[[[" }.Select(Encoding.Latin1.GetBytes)];

    [Fact]
    public void Any_stream_is_understood_alike_however_it_is_cut_or_refused()
    {
        var started = DateTimeOffset.UtcNow;
        int seconds = int.TryParse(Environment.GetEnvironmentVariable("WEIR_FUZZ_SECONDS"), out int asked) ? asked : 0;
        int first = seconds == 0 ? 1 : Random.Shared.Next();
        long messages = 0;
        for (int round = 0; round < Sample || DateTimeOffset.UtcNow - started < TimeSpan.FromSeconds(seconds); round++)
        {
            int seed = unchecked(first + round);
            byte[] stream = Make(new(seed));
            try
            {
                List<string> whole = Parse(stream, [int.MaxValue]);
                List<string> pieces = Parse(stream, FramedStream.RandomPieces(new(seed)));
                Assert.Equal(whole, pieces);
                ReadReplies(stream);
                messages += whole.Count;
            }
            catch (Exception failed)
            {
                throw new InvalidOperationException($"seed {seed}: {Convert.ToBase64String(stream)}: {failed.Message}", failed);
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{messages} messages were understood, from seed {first}");
        Assert.True(messages > Sample);
    }

    private static byte[] Make(Random random)
    {
        var stream = new List<byte>();
        for (int count = random.Next(1, 6); count > 0; count--) stream.AddRange(Encoding.UTF8.GetBytes(random.Next(5) == 0 ? RandomJson.Message(random) : Seeds[random.Next(Seeds.Length)]));
        for (int changes = random.Next(4); changes > 0 && stream.Count > 0; changes--)
        {
            int at = random.Next(stream.Count);
            switch (random.Next(6))
            {
                case 0:
                    stream[at] = (byte)random.Next(256);
                    break;
                case 1:
                    stream[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    stream.RemoveRange(at, Math.Min(stream.Count - at, random.Next(1, 40)));
                    break;
                case 3:
                    stream.InsertRange(at, Tokens[random.Next(Tokens.Length)]);
                    break;
                case 4:
                    byte[] part = [.. stream.Skip(at).Take(random.Next(1, 200))];
                    stream.InsertRange(random.Next(stream.Count), part);
                    break;
                default:
                    stream.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), random.Next(1, 3000)));
                    break;
            }
        }

        return [.. stream];
    }

    private static List<string> Parse(ReadOnlySpan<byte> stream, IEnumerable<int> pieces)
    {
        using var parser = new MessageParser(new() { MaxMessageBytes = 8192 }) { AllowsLists = true };
        var told = new List<string>();
        try
        {
            foreach (int piece in pieces)
            {
                if (stream.IsEmpty) break;
                int length = Math.Min(piece, stream.Length);
                stream[..length].CopyTo(parser.GetMemory(length).Span);
                parser.Advance(length);
                stream = stream[length..];
                while (parser.TryRead(out Inbound inbound, out string? token)) told.Add(Describe(inbound, token));
            }
        }
        catch (ProtocolException refused)
        {
            told.Add($"refused: {refused.Message}");
        }

        return told;
    }

    private static string Describe(in Inbound inbound, string? token)
    {
        string content = inbound.Content switch
        {
            QueueContent queue => $"{queue.HasItems} {queue.HasBadItems} {queue.FsName} {DescribeItems(queue.Items)}",
            EhloContent ehlo => $"{ehlo.Id} {string.Join(',', ehlo.ArchiveIds)} {ehlo.HasBadArchiveId} {ehlo.AcceptsBase64} {DescribeItems(ehlo.Running)}",
            { } other => other.ToString()!,
            null => "",
        };
        return $"{inbound.Kind} {inbound.Command} {inbound.Key} {inbound.HasKey} {inbound.Status} {token} {content}";
    }

    private static string DescribeItems(ItemStage? stage)
    {
        if (stage is null) return "none";
        var text = new StringBuilder($"{stage.BadItems} bad");
        foreach (HsmRequest item in stage.Items) text.Append(' ').Append(item.Action).Append(item.Key).Append(item.Fid).Append(item.ArchiveId).Append(Convert.ToHexString(item.Data.Span));
        stage.Return();
        return text.ToString();
    }

    /// <summary>A server that is none: the client's side takes it, or says that it is no answer.</summary>
    private static void ReadReplies(ReadOnlySpan<byte> stream)
    {
        using var framer = new MessageFramer(new() { MaxMessageBytes = 8192 });
        var reader = new ReplyReader();
        try
        {
            stream.CopyTo(framer.GetMemory(stream.Length).Span);
            framer.Advance(stream.Length);
            while (framer.Read(out ReadOnlySpan<byte> frame) is var kind and not FrameKind.NeedsMore)
            {
                if (kind == FrameKind.Message) reader.Read(frame);
            }
        }
        catch (Exception refused) when (refused is ProtocolException or IOException)
        {
            // That is no coordinator.
        }
    }
}
