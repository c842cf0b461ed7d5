using System.Buffers;
using System.Text.Json;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Index;

/// <summary>What of an event filters ask about. Thousands of events have the same one, so an index keeps it once.</summary>
/// <param name="Severity">How bad.</param>
/// <param name="SubSystem">Of what.</param>
/// <param name="EventType">What.</param>
/// <param name="Devices">The names of its device (<see cref="DeviceTerms"/>).</param>
internal readonly record struct EventProfile(Severity Severity, string SubSystem, string EventType, ReadOnlyMemory<uint> Devices)
{
    /// <summary>Writes the members of an event that filters ask about, as they stand in it: two events that give the same have one profile.</summary>
    /// <returns>Whether it is an event; what was written of another is of no use.</returns>
    public static bool TryWriteKey(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        try
        {
            var reader = new Utf8JsonReader(data, new JsonReaderOptions { MaxDepth = (StorageEventReader.MaxDepth * 2) + 4 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            byte next = (byte)'{';
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                int name = (int)reader.TokenStartIndex;
                bool isAsked = reader.ValueTextEquals("event_type"u8) || reader.ValueTextEquals("severity"u8) || reader.ValueTextEquals("sub_system"u8)
                    || reader.ValueTextEquals("cur_blk_info"u8) || reader.ValueTextEquals("hierarchy_blk_info"u8) || reader.ValueTextEquals("kdev"u8);
                if (!reader.Read()) return false;
                reader.Skip();
                if (!isAsked) continue;
                output.Write([next]);
                output.Write(data[name..(int)reader.BytesConsumed]);
                next = (byte)',';
            }

            output.Write("}"u8);
            return next == ',' && reader.TokenType == JsonTokenType.EndObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The profile that a key stands for; null when it is no event's, or has more devices than an index keeps.</summary>
    public static EventProfile? Read(ReadOnlyMemory<byte> key)
    {
        if (!StorageEventReader.TryRead(key, out StorageEvent? one, out _)) return null;
        uint[] devices = DeviceTerms.Of(one);
        return devices.Length > DeviceTerms.Most || one.SubSystem.Length > 255 || one.EventType.Length > 255 ? null : new(one.Severity, one.SubSystem, one.EventType, devices);
    }
}
