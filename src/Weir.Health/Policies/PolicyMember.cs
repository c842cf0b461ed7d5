using System.Text.Json;

namespace Weir.Health.Policies;

/// <summary>A member of a policy's JSON object.</summary>
/// <typeparam name="T">The policy.</typeparam>
/// <param name="Name">In snake_case.</param>
/// <param name="Read">The policy with the value that is given; throws <see cref="PolicyValueException"/> where it makes no sense.</param>
/// <param name="Reset">The first policy with the value of the second.</param>
/// <param name="Write">Writes the value.</param>
internal sealed record PolicyMember<T>(string Name, Func<T, JsonElement, T> Read, Func<T, T, T> Reset, Action<T, Utf8JsonWriter> Write);

/// <summary>A value makes no sense; the message begins behind the member's name.</summary>
internal sealed class PolicyValueException(string message) : Exception(message);
