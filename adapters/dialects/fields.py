"""Field names that may be shown: where a passage stands is told in these words and indexes alone.

A key of a body can be content itself (a secret as the name of a member), so any other key shows as `*`.
"""

from __future__ import annotations

from adapters.wire.body import Path

_NAMES = """
    annotations arguments audio background betas cache_control call_id citations client_metadata code command container
    content context_management conversation custom data description dimensions document echo effort encoding_format
    encrypted_content enum error file file_data file_id file_ids file_url filename format frequency_penalty function
    function_call functions id image image_url include input input_audio input_schema instructions item json_schema
    logit_bias logprobs max_completion_tokens max_output_tokens max_tokens mcp_servers media_type messages metadata
    modalities model n name output parallel_tool_calls parameters partial_json part parts prediction presence_penalty
    previous_response_id prompt prompt_cache_key properties queries reasoning reasoning_content reasoning_effort refusal
    required response_format result role safety_identifier schema seed service_tier signature source status stop
    stop_sequences store stream stream_options suffix summary system temperature text thinking tool_call_id tool_calls
    tool_choice tool_use_id tools top_k top_logprobs top_p transcript truncation type url user user_id vector_store_ids
    verbosity web_search_options
    documents query top_n
"""
# Google's, which has each in two spellings.
_GOOGLE = """
    args cachedContent cached_content candidateCount candidate_count code codeExecution codeExecutionResult
    code_execution code_execution_result computerUse computer_use contents continuationToken continuation_token
    executableCode executable_code fileData fileSearch fileSearchStoreNames fileUri file_search file_search_store_names
    file_uri functionCall functionCallingConfig functionDeclarations functionResponse function_calling_config
    function_declarations function_response generateContentRequest generate_content_request generationConfig
    generation_config googleSearch google_search inlineData inline_data labels maxOutputTokens mcpServers mimeType
    mime_type parametersJsonSchema parameters_json_schema partialArgs partial_args requests response responseJsonSchema
    responseModalities responseSchema response_json_schema response_modalities response_schema retrieval safetySettings
    safety_settings stopSequences systemInstruction system_instruction thinkingConfig thinking_config thoughtSignature
    thought_signature title toolCall toolConfig toolResponse tool_call tool_config tool_response urlContext url_context
"""
FIELDS = frozenset(_NAMES.split()) | frozenset(_GOOGLE.split())

_MOST = 4_096
_shown: dict[Path, str] = {}


def pointer(path: Path) -> str:
    """A JSON pointer (RFC 6901) to `path`, every unknown key as `*`."""
    shown = _shown.get(path)
    if shown is None:
        shown = "".join([f"/{step}" if type(step) is int or step in FIELDS else "/*" for step in path])
        # Paths with unknown keys may hold content, which is not kept.
        if len(_shown) < _MOST and "*" not in shown:
            _shown[path] = shown
    return shown


def dotted(path: Path) -> str:
    """The same in the spelling of the vendors' `param`: `messages[0].content`."""
    shown = "".join(f"[{step}]" if type(step) is int else f".{step if step in FIELDS else '*'}" for step in path)
    return shown.removeprefix(".")
