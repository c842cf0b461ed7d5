using System.Text;
using System.Text.Json;
using Weir.Lustre;

namespace Weir.Coordinator.Protocol;

/// <summary>Reads what clients send. Of a member that stands twice the last one counts; members that nobody knows are passed over.</summary>
public sealed class RequestReader
{
    /// <summary>The list of a <c>queue</c> message, read item by item.</summary>
    public const int QueueList = 0;

    /// <summary>The list of an <c>ehlo</c> message, read item by item.</summary>
    public const int RunningList = 1;

    /// <summary>The lists that a <see cref="MessageFramer"/> for these messages is to give out item by item, in the order of these numbers.</summary>
    public static IReadOnlyList<byte[]> Lists { get; } = ["hsm_action_items"u8.ToArray(), "hai_list"u8.ToArray()];

    private const int MaxArchiveIds = 4096;

    private byte[] _scratch = new byte[256];

    /// <summary>The message that the last <see cref="Read"/> read.</summary>
    public ClientRequest Request { get; } = new();

    /// <exception cref="ProtocolException">It is not JSON, or a member has another type than it must; the connection ends.</exception>
    public ClientRequest Read(ReadOnlySpan<byte> message)
    {
        Request.Reset();
        var reader = new StrictJsonReader(message);
        reader.ReadNext();
        while (true)
        {
            reader.ReadNext();
            if (reader.Token == JsonTokenType.EndObject) break;
            Key key = Identify(ref reader);
            reader.ReadNext();
            if (key == Key.None || (reader.Token == JsonTokenType.Null && key != Key.ArchiveIds)) reader.Skip();
            else ReadMember(ref reader, key);
        }

        reader.Finish();
        return Request;
    }

    /// <summary>The last command among the members that are there of a message whose rest is still to come.</summary>
    public static CommandKind PeekCommand(ReadOnlySpan<byte> head)
    {
        var reader = new Utf8JsonReader(head, isFinalBlock: false, default);
        CommandKind command = CommandKind.Unknown;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1 || !reader.ValueTextEquals("command"u8)) continue;
                if (!reader.Read()) break;
                command = reader.TokenType == JsonTokenType.String ? FindCommand(reader.ValueSpan) : CommandKind.Unknown;
            }
        }
        catch (JsonException)
        {
            // Whoever reads the whole message says what is wrong with it.
        }

        return command;
    }

    private void ReadMember(scoped ref StrictJsonReader reader, Key key)
    {
        switch (key)
        {
            case Key.Command:
                Request.Command = ReadCommand(ref reader);
                break;
            case Key.Id:
                Request.Id = ReadText(ref reader, "id");
                break;
            case Key.FsName:
                Request.FsName = ReadText(ref reader, "fsname");
                break;
            case Key.Token:
                Request.Token = ReadText(ref reader, "token");
                break;
            case Key.ArchiveIds:
                ReadArchiveIds(ref reader);
                break;
            case Key.Capabilities:
                ReadCapabilities(ref reader);
                break;
            case Key.Items:
                Request.HasItems = true;
                Request.HasBadItems = !IsEmptyList(ref reader);
                break;
            case Key.Running:
                Request.HasRunningList = true;
                if (!IsEmptyList(ref reader)) throw new ProtocolException("'hai_list' is not a list of items.");
                break;
            case Key.DataFid:
                Request.HasDataFid = ActionItemReader.TryReadFid(ref reader, out Fid fid);
                Request.DataFid = fid;
                break;
            case Key.Cookie:
                Request.HasCookie = reader.TryGetInteger(out long cookie);
                if (!Request.HasCookie) reader.Skip();
                Request.Cookie = (ulong)cookie;
                break;
            default:
                ReadNumber(ref reader, key);
                break;
        }
    }

    private void ReadNumber(scoped ref StrictJsonReader reader, Key key)
    {
        if (!reader.TryGetInteger(out long value)) throw new ProtocolException($"'{key}' is not an integer.");
        switch (key)
        {
            case Key.MaxArchive:
                Request.MaxArchive = value;
                break;
            case Key.MaxRestore:
                Request.MaxRestore = value;
                break;
            case Key.MaxRemove:
                Request.MaxRemove = value;
                break;
            case Key.MaxBytes:
                Request.MaxBytes = value;
                break;
            case Key.Status:
                Request.Status = value;
                break;
            case Key.Verbosity:
                Request.Verbosity = value;
                break;
            case Key.Details:
                Request.WantsDetails = value != 0;
                break;
            case Key.Locked:
                Request.Locked = value;
                break;
        }
    }

    private CommandKind ReadCommand(scoped ref StrictJsonReader reader)
    {
        if (reader.Token != JsonTokenType.String)
        {
            reader.Skip();
            return CommandKind.Unknown;
        }

        return FindCommand(reader.GetText(ref _scratch));
    }

    private static CommandKind FindCommand(ReadOnlySpan<byte> name)
    {
        return name.Length switch
        {
            4 when name.SequenceEqual("done"u8) => CommandKind.Done,
            4 when name.SequenceEqual("recv"u8) => CommandKind.Recv,
            4 when name.SequenceEqual("ehlo"u8) => CommandKind.Ehlo,
            4 when name.SequenceEqual("lock"u8) => CommandKind.Lock,
            4 when name.SequenceEqual("auth"u8) => CommandKind.Auth,
            5 when name.SequenceEqual("queue"u8) => CommandKind.Queue,
            6 when name.SequenceEqual("status"u8) => CommandKind.Status,
            3 when name.SequenceEqual("why"u8) => CommandKind.Why,
            _ => CommandKind.Unknown,
        };
    }

    private string ReadText(scoped ref StrictJsonReader reader, string key)
    {
        if (reader.Token != JsonTokenType.String) throw new ProtocolException($"'{key}' is not a string.");
        return Encoding.UTF8.GetString(reader.GetText(ref _scratch));
    }

    private void ReadArchiveIds(scoped ref StrictJsonReader reader)
    {
        Request.ClearArchiveIds();
        if (reader.Token != JsonTokenType.StartArray)
        {
            Request.HasBadArchiveId = true;
            reader.Skip();
            return;
        }

        while (true)
        {
            reader.ReadNext();
            if (reader.Token == JsonTokenType.EndArray) return;
            bool isGood = reader.TryGetInteger(out long id) && id is > 0 and <= int.MaxValue;
            if (!isGood) reader.Skip();
            Request.HasBadArchiveId |= !isGood;
            if (Request.ArchiveIds.Count == MaxArchiveIds) throw new ProtocolException($"An agent has more than {MaxArchiveIds} archive ids.");
            if (isGood) Request.AddArchiveId((int)id);
        }
    }

    private void ReadCapabilities(scoped ref StrictJsonReader reader)
    {
        Request.AcceptsBase64 = false;
        if (reader.Token != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (true)
        {
            reader.ReadNext();
            if (reader.Token == JsonTokenType.EndArray) return;
            if (reader.Token == JsonTokenType.String && reader.GetText(ref _scratch).SequenceEqual("data_b64"u8)) Request.AcceptsBase64 = true;
            else reader.Skip();
        }
    }

    /// <summary>Items have been given out before the message; what is left of their list has nothing in it.</summary>
    private static bool IsEmptyList(scoped ref StrictJsonReader reader)
    {
        if (reader.Token != JsonTokenType.StartArray)
        {
            reader.Skip();
            return false;
        }

        reader.ReadNext();
        if (reader.Token == JsonTokenType.EndArray) return true;
        throw new ProtocolException("The name of a list of items is written with escapes.");
    }

    private static Key Identify(ref StrictJsonReader reader)
    {
        foreach ((byte[] name, Key key) in Keys)
        {
            if (reader.NameIs(name)) return key;
        }

        return Key.None;
    }

    /// <summary>The frequent ones first.</summary>
    private static readonly (byte[] Name, Key Key)[] Keys =
    [
        ("command"u8.ToArray(), Key.Command), ("hai_cookie"u8.ToArray(), Key.Cookie), ("hai_dfid"u8.ToArray(), Key.DataFid),
        ("status"u8.ToArray(), Key.Status), ("max_archive"u8.ToArray(), Key.MaxArchive), ("max_restore"u8.ToArray(), Key.MaxRestore),
        ("max_remove"u8.ToArray(), Key.MaxRemove), ("max_bytes"u8.ToArray(), Key.MaxBytes), ("hsm_action_items"u8.ToArray(), Key.Items),
        ("fsname"u8.ToArray(), Key.FsName), ("id"u8.ToArray(), Key.Id), ("archive_ids"u8.ToArray(), Key.ArchiveIds),
        ("hai_list"u8.ToArray(), Key.Running), ("caps"u8.ToArray(), Key.Capabilities), ("token"u8.ToArray(), Key.Token),
        ("verbose"u8.ToArray(), Key.Verbosity), ("details"u8.ToArray(), Key.Details), ("locked"u8.ToArray(), Key.Locked),
    ];

    private enum Key
    {
        None,
        Command,
        Cookie,
        DataFid,
        Status,
        MaxArchive,
        MaxRestore,
        MaxRemove,
        MaxBytes,
        Items,
        FsName,
        Id,
        ArchiveIds,
        Running,
        Capabilities,
        Token,
        Verbosity,
        Details,
        Locked,
    }
}
