//! The kind of every named node of the grammar, as constants.
//!
//! Generated from `tree_sitter_postgres::NODE_TYPES` by the test `kinds_are_fresh` (`tests/kinds.rs`); do not edit. A node that a new
//! version of the grammar renames or drops is a compile error where it is used.
#![allow(non_upper_case_globals, missing_docs)]

use crate::tree::Kind;

pub const AexprConst: Kind = Kind::named(0);
pub const AlterCollationStmt: Kind = Kind::named(1);
pub const AlterCompositeTypeStmt: Kind = Kind::named(2);
pub const AlterDatabaseSetStmt: Kind = Kind::named(3);
pub const AlterDatabaseStmt: Kind = Kind::named(4);
pub const AlterDefaultPrivilegesStmt: Kind = Kind::named(5);
pub const AlterDomainStmt: Kind = Kind::named(6);
pub const AlterEnumStmt: Kind = Kind::named(7);
pub const AlterEventTrigStmt: Kind = Kind::named(8);
pub const AlterExtensionContentsStmt: Kind = Kind::named(9);
pub const AlterExtensionStmt: Kind = Kind::named(10);
pub const AlterFdwStmt: Kind = Kind::named(11);
pub const AlterForeignServerStmt: Kind = Kind::named(12);
pub const AlterFunctionStmt: Kind = Kind::named(13);
pub const AlterGroupStmt: Kind = Kind::named(14);
pub const AlterObjectDependsStmt: Kind = Kind::named(15);
pub const AlterObjectSchemaStmt: Kind = Kind::named(16);
pub const AlterOpFamilyStmt: Kind = Kind::named(17);
pub const AlterOperatorStmt: Kind = Kind::named(18);
pub const AlterOptRoleElem: Kind = Kind::named(19);
pub const AlterOptRoleList: Kind = Kind::named(20);
pub const AlterOwnerStmt: Kind = Kind::named(21);
pub const AlterPolicyStmt: Kind = Kind::named(22);
pub const AlterPublicationStmt: Kind = Kind::named(23);
pub const AlterRoleSetStmt: Kind = Kind::named(24);
pub const AlterRoleStmt: Kind = Kind::named(25);
pub const AlterSeqStmt: Kind = Kind::named(26);
pub const AlterStatsStmt: Kind = Kind::named(27);
pub const AlterSubscriptionStmt: Kind = Kind::named(28);
pub const AlterSystemStmt: Kind = Kind::named(29);
pub const AlterTSConfigurationStmt: Kind = Kind::named(30);
pub const AlterTSDictionaryStmt: Kind = Kind::named(31);
pub const AlterTableStmt: Kind = Kind::named(32);
pub const AlterTblSpcStmt: Kind = Kind::named(33);
pub const AlterTypeStmt: Kind = Kind::named(34);
pub const AlterUserMappingStmt: Kind = Kind::named(35);
pub const AnalyzeStmt: Kind = Kind::named(36);
pub const BareColLabel: Kind = Kind::named(37);
pub const Bit: Kind = Kind::named(38);
pub const BitWithLength: Kind = Kind::named(39);
pub const BitWithoutLength: Kind = Kind::named(40);
pub const CallStmt: Kind = Kind::named(41);
pub const Character: Kind = Kind::named(42);
pub const CharacterWithLength: Kind = Kind::named(43);
pub const CharacterWithoutLength: Kind = Kind::named(44);
pub const CheckPointStmt: Kind = Kind::named(45);
pub const ClosePortalStmt: Kind = Kind::named(46);
pub const ClusterStmt: Kind = Kind::named(47);
pub const ColConstraint: Kind = Kind::named(48);
pub const ColConstraintElem: Kind = Kind::named(49);
pub const ColId: Kind = Kind::named(50);
pub const ColLabel: Kind = Kind::named(51);
pub const ColQualList: Kind = Kind::named(52);
pub const CommentStmt: Kind = Kind::named(53);
pub const ConstBit: Kind = Kind::named(54);
pub const ConstCharacter: Kind = Kind::named(55);
pub const ConstDatetime: Kind = Kind::named(56);
pub const ConstInterval: Kind = Kind::named(57);
pub const ConstTypename: Kind = Kind::named(58);
pub const ConstraintAttr: Kind = Kind::named(59);
pub const ConstraintAttributeElem: Kind = Kind::named(60);
pub const ConstraintAttributeSpec: Kind = Kind::named(61);
pub const ConstraintElem: Kind = Kind::named(62);
pub const ConstraintsSetStmt: Kind = Kind::named(63);
pub const CopyStmt: Kind = Kind::named(64);
pub const CreateAmStmt: Kind = Kind::named(65);
pub const CreateAsStmt: Kind = Kind::named(66);
pub const CreateAssertionStmt: Kind = Kind::named(67);
pub const CreateCastStmt: Kind = Kind::named(68);
pub const CreateConversionStmt: Kind = Kind::named(69);
pub const CreateDomainStmt: Kind = Kind::named(70);
pub const CreateEventTrigStmt: Kind = Kind::named(71);
pub const CreateExtensionStmt: Kind = Kind::named(72);
pub const CreateFdwStmt: Kind = Kind::named(73);
pub const CreateForeignServerStmt: Kind = Kind::named(74);
pub const CreateForeignTableStmt: Kind = Kind::named(75);
pub const CreateFunctionStmt: Kind = Kind::named(76);
pub const CreateGroupStmt: Kind = Kind::named(77);
pub const CreateMatViewStmt: Kind = Kind::named(78);
pub const CreateOpClassStmt: Kind = Kind::named(79);
pub const CreateOpFamilyStmt: Kind = Kind::named(80);
pub const CreateOptRoleElem: Kind = Kind::named(81);
pub const CreatePLangStmt: Kind = Kind::named(82);
pub const CreatePolicyStmt: Kind = Kind::named(83);
pub const CreatePublicationStmt: Kind = Kind::named(84);
pub const CreateRoleStmt: Kind = Kind::named(85);
pub const CreateSchemaStmt: Kind = Kind::named(86);
pub const CreateSeqStmt: Kind = Kind::named(87);
pub const CreateStatsStmt: Kind = Kind::named(88);
pub const CreateStmt: Kind = Kind::named(89);
pub const CreateSubscriptionStmt: Kind = Kind::named(90);
pub const CreateTableSpaceStmt: Kind = Kind::named(91);
pub const CreateTransformStmt: Kind = Kind::named(92);
pub const CreateTrigStmt: Kind = Kind::named(93);
pub const CreateUserMappingStmt: Kind = Kind::named(94);
pub const CreateUserStmt: Kind = Kind::named(95);
pub const CreatedbStmt: Kind = Kind::named(96);
pub const DeallocateStmt: Kind = Kind::named(97);
pub const DeclareCursorStmt: Kind = Kind::named(98);
pub const DefACLAction: Kind = Kind::named(99);
pub const DefACLOption: Kind = Kind::named(100);
pub const DefACLOptionList: Kind = Kind::named(101);
pub const DefineStmt: Kind = Kind::named(102);
pub const DeleteStmt: Kind = Kind::named(103);
pub const DiscardStmt: Kind = Kind::named(104);
pub const DoStmt: Kind = Kind::named(105);
pub const DomainConstraint: Kind = Kind::named(106);
pub const DomainConstraintElem: Kind = Kind::named(107);
pub const DropCastStmt: Kind = Kind::named(108);
pub const DropOpClassStmt: Kind = Kind::named(109);
pub const DropOpFamilyStmt: Kind = Kind::named(110);
pub const DropOwnedStmt: Kind = Kind::named(111);
pub const DropRoleStmt: Kind = Kind::named(112);
pub const DropStmt: Kind = Kind::named(113);
pub const DropSubscriptionStmt: Kind = Kind::named(114);
pub const DropTableSpaceStmt: Kind = Kind::named(115);
pub const DropTransformStmt: Kind = Kind::named(116);
pub const DropUserMappingStmt: Kind = Kind::named(117);
pub const DropdbStmt: Kind = Kind::named(118);
pub const ExclusionConstraintElem: Kind = Kind::named(119);
pub const ExclusionConstraintList: Kind = Kind::named(120);
pub const ExecuteStmt: Kind = Kind::named(121);
pub const ExistingIndex: Kind = Kind::named(122);
pub const ExplainStmt: Kind = Kind::named(123);
pub const ExplainableStmt: Kind = Kind::named(124);
pub const FUNCTION_or_PROCEDURE: Kind = Kind::named(125);
pub const FetchStmt: Kind = Kind::named(126);
pub const FunctionSetResetClause: Kind = Kind::named(127);
pub const GenericType: Kind = Kind::named(128);
pub const GrantRoleStmt: Kind = Kind::named(129);
pub const GrantStmt: Kind = Kind::named(130);
pub const I_or_F_const: Kind = Kind::named(131);
pub const Iconst: Kind = Kind::named(132);
pub const ImportForeignSchemaStmt: Kind = Kind::named(133);
pub const IndexStmt: Kind = Kind::named(134);
pub const InsertStmt: Kind = Kind::named(135);
pub const JsonType: Kind = Kind::named(136);
pub const ListenStmt: Kind = Kind::named(137);
pub const LoadStmt: Kind = Kind::named(138);
pub const LockStmt: Kind = Kind::named(139);
pub const MathOp: Kind = Kind::named(140);
pub const MergeStmt: Kind = Kind::named(141);
pub const NonReservedWord: Kind = Kind::named(142);
pub const NonReservedWord_or_Sconst: Kind = Kind::named(143);
pub const NotifyStmt: Kind = Kind::named(144);
pub const Numeric: Kind = Kind::named(145);
pub const NumericOnly: Kind = Kind::named(146);
pub const NumericOnly_list: Kind = Kind::named(147);
pub const OnCommitOption: Kind = Kind::named(148);
pub const OptConsTableSpace: Kind = Kind::named(149);
pub const OptConstrFromTable: Kind = Kind::named(150);
pub const OptInherit: Kind = Kind::named(151);
pub const OptNoLog: Kind = Kind::named(152);
pub const OptParenthesizedSeqOptList: Kind = Kind::named(153);
pub const OptPartitionSpec: Kind = Kind::named(154);
pub const OptRoleList: Kind = Kind::named(155);
pub const OptSchemaEltList: Kind = Kind::named(156);
pub const OptSeqOptList: Kind = Kind::named(157);
pub const OptTableElementList: Kind = Kind::named(158);
pub const OptTableFuncElementList: Kind = Kind::named(159);
pub const OptTableSpace: Kind = Kind::named(160);
pub const OptTableSpaceOwner: Kind = Kind::named(161);
pub const OptTemp: Kind = Kind::named(162);
pub const OptTempTableName: Kind = Kind::named(163);
pub const OptTypedTableElementList: Kind = Kind::named(164);
pub const OptWhereClause: Kind = Kind::named(165);
pub const OptWith: Kind = Kind::named(166);
pub const PartitionBoundSpec: Kind = Kind::named(167);
pub const PartitionSpec: Kind = Kind::named(168);
pub const PreparableStmt: Kind = Kind::named(169);
pub const PrepareStmt: Kind = Kind::named(170);
pub const PublicationObjSpec: Kind = Kind::named(171);
pub const ReassignOwnedStmt: Kind = Kind::named(172);
pub const RefreshMatViewStmt: Kind = Kind::named(173);
pub const ReindexStmt: Kind = Kind::named(174);
pub const RemoveAggrStmt: Kind = Kind::named(175);
pub const RemoveFuncStmt: Kind = Kind::named(176);
pub const RemoveOperStmt: Kind = Kind::named(177);
pub const RenameStmt: Kind = Kind::named(178);
pub const ReturnStmt: Kind = Kind::named(179);
pub const RevokeRoleStmt: Kind = Kind::named(180);
pub const RevokeStmt: Kind = Kind::named(181);
pub const RoleId: Kind = Kind::named(182);
pub const RoleSpec: Kind = Kind::named(183);
pub const RowSecurityDefaultForCmd: Kind = Kind::named(184);
pub const RowSecurityDefaultPermissive: Kind = Kind::named(185);
pub const RowSecurityDefaultToRole: Kind = Kind::named(186);
pub const RowSecurityOptionalExpr: Kind = Kind::named(187);
pub const RowSecurityOptionalToRole: Kind = Kind::named(188);
pub const RowSecurityOptionalWithCheck: Kind = Kind::named(189);
pub const RuleActionList: Kind = Kind::named(190);
pub const RuleActionMulti: Kind = Kind::named(191);
pub const RuleActionStmt: Kind = Kind::named(192);
pub const RuleActionStmtOrEmpty: Kind = Kind::named(193);
pub const RuleStmt: Kind = Kind::named(194);
pub const Sconst: Kind = Kind::named(195);
pub const SecLabelStmt: Kind = Kind::named(196);
pub const SelectStmt: Kind = Kind::named(197);
pub const SeqOptElem: Kind = Kind::named(198);
pub const SeqOptList: Kind = Kind::named(199);
pub const SetResetClause: Kind = Kind::named(200);
pub const SignedIconst: Kind = Kind::named(201);
pub const SimpleTypename: Kind = Kind::named(202);
pub const TableConstraint: Kind = Kind::named(203);
pub const TableElement: Kind = Kind::named(204);
pub const TableElementList: Kind = Kind::named(205);
pub const TableFuncElement: Kind = Kind::named(206);
pub const TableFuncElementList: Kind = Kind::named(207);
pub const TableLikeClause: Kind = Kind::named(208);
pub const TableLikeOption: Kind = Kind::named(209);
pub const TableLikeOptionList: Kind = Kind::named(210);
pub const TransactionStmt: Kind = Kind::named(211);
pub const TransactionStmtLegacy: Kind = Kind::named(212);
pub const TransitionOldOrNew: Kind = Kind::named(213);
pub const TransitionRelName: Kind = Kind::named(214);
pub const TransitionRowOrTable: Kind = Kind::named(215);
pub const TriggerActionTime: Kind = Kind::named(216);
pub const TriggerEvents: Kind = Kind::named(217);
pub const TriggerForOptEach: Kind = Kind::named(218);
pub const TriggerForSpec: Kind = Kind::named(219);
pub const TriggerForType: Kind = Kind::named(220);
pub const TriggerFuncArg: Kind = Kind::named(221);
pub const TriggerFuncArgs: Kind = Kind::named(222);
pub const TriggerOneEvent: Kind = Kind::named(223);
pub const TriggerReferencing: Kind = Kind::named(224);
pub const TriggerTransition: Kind = Kind::named(225);
pub const TriggerTransitions: Kind = Kind::named(226);
pub const TriggerWhen: Kind = Kind::named(227);
pub const TruncateStmt: Kind = Kind::named(228);
pub const TypedTableElement: Kind = Kind::named(229);
pub const TypedTableElementList: Kind = Kind::named(230);
pub const Typename: Kind = Kind::named(231);
pub const UnlistenStmt: Kind = Kind::named(232);
pub const UpdateStmt: Kind = Kind::named(233);
pub const VacuumStmt: Kind = Kind::named(234);
pub const VariableResetStmt: Kind = Kind::named(235);
pub const VariableSetStmt: Kind = Kind::named(236);
pub const VariableShowStmt: Kind = Kind::named(237);
pub const ViewStmt: Kind = Kind::named(238);
pub const a_expr: Kind = Kind::named(239);
pub const a_expr_prec: Kind = Kind::named(240);
pub const access_method_clause: Kind = Kind::named(241);
pub const add_drop: Kind = Kind::named(242);
pub const aggr_arg: Kind = Kind::named(243);
pub const aggr_args: Kind = Kind::named(244);
pub const aggr_args_list: Kind = Kind::named(245);
pub const aggregate_with_argtypes: Kind = Kind::named(246);
pub const aggregate_with_argtypes_list: Kind = Kind::named(247);
pub const alias_clause: Kind = Kind::named(248);
pub const all_Op: Kind = Kind::named(249);
pub const alter_column_default: Kind = Kind::named(250);
pub const alter_extension_opt_item: Kind = Kind::named(251);
pub const alter_extension_opt_list: Kind = Kind::named(252);
pub const alter_generic_option_elem: Kind = Kind::named(253);
pub const alter_generic_option_list: Kind = Kind::named(254);
pub const alter_generic_options: Kind = Kind::named(255);
pub const alter_identity_column_option: Kind = Kind::named(256);
pub const alter_identity_column_option_list: Kind = Kind::named(257);
pub const alter_table_cmd: Kind = Kind::named(258);
pub const alter_table_cmds: Kind = Kind::named(259);
pub const alter_type_cmd: Kind = Kind::named(260);
pub const alter_type_cmds: Kind = Kind::named(261);
pub const alter_using: Kind = Kind::named(262);
pub const alterfunc_opt_list: Kind = Kind::named(263);
pub const am_type: Kind = Kind::named(264);
pub const analyze_keyword: Kind = Kind::named(265);
pub const any_name: Kind = Kind::named(266);
pub const any_name_list: Kind = Kind::named(267);
pub const any_operator: Kind = Kind::named(268);
pub const any_with: Kind = Kind::named(269);
pub const arg_class: Kind = Kind::named(270);
pub const array_expr: Kind = Kind::named(271);
pub const array_expr_list: Kind = Kind::named(272);
pub const attr_name: Kind = Kind::named(273);
pub const attrs: Kind = Kind::named(274);
pub const auth_ident: Kind = Kind::named(275);
pub const b_expr: Kind = Kind::named(276);
pub const b_expr_prec: Kind = Kind::named(277);
pub const bare_label_keyword: Kind = Kind::named(278);
pub const bit_string_literal: Kind = Kind::named(279);
pub const c_expr: Kind = Kind::named(280);
pub const case_arg: Kind = Kind::named(281);
pub const case_default: Kind = Kind::named(282);
pub const case_expr: Kind = Kind::named(283);
pub const cast_context: Kind = Kind::named(284);
pub const character: Kind = Kind::named(285);
pub const cluster_index_specification: Kind = Kind::named(286);
pub const col_name_keyword: Kind = Kind::named(287);
pub const columnDef: Kind = Kind::named(288);
pub const columnElem: Kind = Kind::named(289);
pub const columnList: Kind = Kind::named(290);
pub const columnOptions: Kind = Kind::named(291);
pub const column_compression: Kind = Kind::named(292);
pub const column_storage: Kind = Kind::named(293);
pub const columnref: Kind = Kind::named(294);
pub const comment: Kind = Kind::named(295);
pub const comment_text: Kind = Kind::named(296);
pub const common_func_opt_item: Kind = Kind::named(297);
pub const common_table_expr: Kind = Kind::named(298);
pub const constraints_set_list: Kind = Kind::named(299);
pub const constraints_set_mode: Kind = Kind::named(300);
pub const copy_delimiter: Kind = Kind::named(301);
pub const copy_file_name: Kind = Kind::named(302);
pub const copy_from: Kind = Kind::named(303);
pub const copy_generic_opt_arg: Kind = Kind::named(304);
pub const copy_generic_opt_arg_list: Kind = Kind::named(305);
pub const copy_generic_opt_arg_list_item: Kind = Kind::named(306);
pub const copy_generic_opt_elem: Kind = Kind::named(307);
pub const copy_generic_opt_list: Kind = Kind::named(308);
pub const copy_opt_item: Kind = Kind::named(309);
pub const copy_opt_list: Kind = Kind::named(310);
pub const copy_options: Kind = Kind::named(311);
pub const create_as_target: Kind = Kind::named(312);
pub const create_extension_opt_item: Kind = Kind::named(313);
pub const create_extension_opt_list: Kind = Kind::named(314);
pub const create_generic_options: Kind = Kind::named(315);
pub const create_mv_target: Kind = Kind::named(316);
pub const createdb_opt_item: Kind = Kind::named(317);
pub const createdb_opt_items: Kind = Kind::named(318);
pub const createdb_opt_list: Kind = Kind::named(319);
pub const createdb_opt_name: Kind = Kind::named(320);
pub const createfunc_opt_item: Kind = Kind::named(321);
pub const createfunc_opt_list: Kind = Kind::named(322);
pub const cte_list: Kind = Kind::named(323);
pub const cube_clause: Kind = Kind::named(324);
pub const cursor_name: Kind = Kind::named(325);
pub const cursor_options: Kind = Kind::named(326);
pub const def_arg: Kind = Kind::named(327);
pub const def_elem: Kind = Kind::named(328);
pub const def_list: Kind = Kind::named(329);
pub const defacl_privilege_target: Kind = Kind::named(330);
pub const definition: Kind = Kind::named(331);
pub const distinct_clause: Kind = Kind::named(332);
pub const document_or_content: Kind = Kind::named(333);
pub const dollar_quoted_string: Kind = Kind::named(334);
pub const dostmt_opt_item: Kind = Kind::named(335);
pub const dostmt_opt_list: Kind = Kind::named(336);
pub const drop_option: Kind = Kind::named(337);
pub const drop_option_list: Kind = Kind::named(338);
pub const drop_type_name: Kind = Kind::named(339);
pub const empty_grouping_set: Kind = Kind::named(340);
pub const enable_trigger: Kind = Kind::named(341);
pub const enum_val_list: Kind = Kind::named(342);
pub const escape_string_literal: Kind = Kind::named(343);
pub const event: Kind = Kind::named(344);
pub const event_trigger_value_list: Kind = Kind::named(345);
pub const event_trigger_when_item: Kind = Kind::named(346);
pub const event_trigger_when_list: Kind = Kind::named(347);
pub const execute_param_clause: Kind = Kind::named(348);
pub const explicit_row: Kind = Kind::named(349);
pub const expr_list: Kind = Kind::named(350);
pub const extended_relation_expr: Kind = Kind::named(351);
pub const extract_arg: Kind = Kind::named(352);
pub const extract_list: Kind = Kind::named(353);
pub const fdw_option: Kind = Kind::named(354);
pub const fdw_options: Kind = Kind::named(355);
pub const fetch_args: Kind = Kind::named(356);
pub const file_name: Kind = Kind::named(357);
pub const filter_clause: Kind = Kind::named(358);
pub const first_or_next: Kind = Kind::named(359);
pub const float_literal: Kind = Kind::named(360);
pub const for_locking_clause: Kind = Kind::named(361);
pub const for_locking_item: Kind = Kind::named(362);
pub const for_locking_items: Kind = Kind::named(363);
pub const for_locking_strength: Kind = Kind::named(364);
pub const foreign_server_version: Kind = Kind::named(365);
pub const frame_bound: Kind = Kind::named(366);
pub const frame_extent: Kind = Kind::named(367);
pub const from_clause: Kind = Kind::named(368);
pub const from_in: Kind = Kind::named(369);
pub const from_list: Kind = Kind::named(370);
pub const func_alias_clause: Kind = Kind::named(371);
pub const func_application: Kind = Kind::named(372);
pub const func_arg: Kind = Kind::named(373);
pub const func_arg_expr: Kind = Kind::named(374);
pub const func_arg_list: Kind = Kind::named(375);
pub const func_arg_list_opt: Kind = Kind::named(376);
pub const func_arg_with_default: Kind = Kind::named(377);
pub const func_args: Kind = Kind::named(378);
pub const func_args_list: Kind = Kind::named(379);
pub const func_args_with_defaults: Kind = Kind::named(380);
pub const func_args_with_defaults_list: Kind = Kind::named(381);
pub const func_as: Kind = Kind::named(382);
pub const func_expr: Kind = Kind::named(383);
pub const func_expr_common_subexpr: Kind = Kind::named(384);
pub const func_expr_windowless: Kind = Kind::named(385);
pub const func_name: Kind = Kind::named(386);
pub const func_return: Kind = Kind::named(387);
pub const func_table: Kind = Kind::named(388);
pub const func_type: Kind = Kind::named(389);
pub const function_with_argtypes: Kind = Kind::named(390);
pub const function_with_argtypes_list: Kind = Kind::named(391);
pub const generated_when: Kind = Kind::named(392);
pub const generic_option_arg: Kind = Kind::named(393);
pub const generic_option_elem: Kind = Kind::named(394);
pub const generic_option_list: Kind = Kind::named(395);
pub const generic_option_name: Kind = Kind::named(396);
pub const generic_reset: Kind = Kind::named(397);
pub const generic_set: Kind = Kind::named(398);
pub const grant_role_opt: Kind = Kind::named(399);
pub const grant_role_opt_list: Kind = Kind::named(400);
pub const grant_role_opt_value: Kind = Kind::named(401);
pub const grantee: Kind = Kind::named(402);
pub const grantee_list: Kind = Kind::named(403);
pub const group_by_item: Kind = Kind::named(404);
pub const group_by_list: Kind = Kind::named(405);
pub const group_clause: Kind = Kind::named(406);
pub const grouping_sets_clause: Kind = Kind::named(407);
pub const handler_name: Kind = Kind::named(408);
pub const hash_partbound: Kind = Kind::named(409);
pub const hash_partbound_elem: Kind = Kind::named(410);
pub const having_clause: Kind = Kind::named(411);
pub const hex_string_literal: Kind = Kind::named(412);
pub const identifier: Kind = Kind::named(413);
pub const implicit_row: Kind = Kind::named(414);
pub const import_qualification: Kind = Kind::named(415);
pub const import_qualification_type: Kind = Kind::named(416);
pub const index_elem: Kind = Kind::named(417);
pub const index_elem_options: Kind = Kind::named(418);
pub const index_including_params: Kind = Kind::named(419);
pub const index_params: Kind = Kind::named(420);
pub const index_partition_cmd: Kind = Kind::named(421);
pub const indirection: Kind = Kind::named(422);
pub const indirection_el: Kind = Kind::named(423);
pub const insert_column_item: Kind = Kind::named(424);
pub const insert_column_list: Kind = Kind::named(425);
pub const insert_rest: Kind = Kind::named(426);
pub const insert_target: Kind = Kind::named(427);
pub const integer_literal: Kind = Kind::named(428);
pub const interval_second: Kind = Kind::named(429);
pub const into_clause: Kind = Kind::named(430);
pub const iso_level: Kind = Kind::named(431);
pub const join_qual: Kind = Kind::named(432);
pub const join_type: Kind = Kind::named(433);
pub const joined_table: Kind = Kind::named(434);
pub const json_aggregate_func: Kind = Kind::named(435);
pub const json_argument: Kind = Kind::named(436);
pub const json_arguments: Kind = Kind::named(437);
pub const json_array_aggregate_order_by_clause_opt: Kind = Kind::named(438);
pub const json_array_constructor_null_clause_opt: Kind = Kind::named(439);
pub const json_behavior: Kind = Kind::named(440);
pub const json_behavior_clause_opt: Kind = Kind::named(441);
pub const json_behavior_type: Kind = Kind::named(442);
pub const json_format_clause: Kind = Kind::named(443);
pub const json_format_clause_opt: Kind = Kind::named(444);
pub const json_key_uniqueness_constraint_opt: Kind = Kind::named(445);
pub const json_name_and_value: Kind = Kind::named(446);
pub const json_name_and_value_list: Kind = Kind::named(447);
pub const json_object_constructor_null_clause_opt: Kind = Kind::named(448);
pub const json_on_error_clause_opt: Kind = Kind::named(449);
pub const json_passing_clause_opt: Kind = Kind::named(450);
pub const json_predicate_type_constraint: Kind = Kind::named(451);
pub const json_quotes_clause_opt: Kind = Kind::named(452);
pub const json_returning_clause_opt: Kind = Kind::named(453);
pub const json_table: Kind = Kind::named(454);
pub const json_table_column_definition: Kind = Kind::named(455);
pub const json_table_column_definition_list: Kind = Kind::named(456);
pub const json_table_column_path_clause_opt: Kind = Kind::named(457);
pub const json_table_path_name_opt: Kind = Kind::named(458);
pub const json_value_expr: Kind = Kind::named(459);
pub const json_value_expr_list: Kind = Kind::named(460);
pub const json_wrapper_behavior: Kind = Kind::named(461);
pub const key_action: Kind = Kind::named(462);
pub const key_actions: Kind = Kind::named(463);
pub const key_delete: Kind = Kind::named(464);
pub const key_match: Kind = Kind::named(465);
pub const key_update: Kind = Kind::named(466);
pub const kw_abort: Kind = Kind::named(467);
pub const kw_absent: Kind = Kind::named(468);
pub const kw_absolute: Kind = Kind::named(469);
pub const kw_access: Kind = Kind::named(470);
pub const kw_action: Kind = Kind::named(471);
pub const kw_add: Kind = Kind::named(472);
pub const kw_admin: Kind = Kind::named(473);
pub const kw_after: Kind = Kind::named(474);
pub const kw_aggregate: Kind = Kind::named(475);
pub const kw_all: Kind = Kind::named(476);
pub const kw_also: Kind = Kind::named(477);
pub const kw_alter: Kind = Kind::named(478);
pub const kw_always: Kind = Kind::named(479);
pub const kw_analyse: Kind = Kind::named(480);
pub const kw_analyze: Kind = Kind::named(481);
pub const kw_and: Kind = Kind::named(482);
pub const kw_any: Kind = Kind::named(483);
pub const kw_array: Kind = Kind::named(484);
pub const kw_as: Kind = Kind::named(485);
pub const kw_asc: Kind = Kind::named(486);
pub const kw_asensitive: Kind = Kind::named(487);
pub const kw_assertion: Kind = Kind::named(488);
pub const kw_assignment: Kind = Kind::named(489);
pub const kw_asymmetric: Kind = Kind::named(490);
pub const kw_at: Kind = Kind::named(491);
pub const kw_atomic: Kind = Kind::named(492);
pub const kw_attach: Kind = Kind::named(493);
pub const kw_attribute: Kind = Kind::named(494);
pub const kw_authorization: Kind = Kind::named(495);
pub const kw_backward: Kind = Kind::named(496);
pub const kw_before: Kind = Kind::named(497);
pub const kw_begin: Kind = Kind::named(498);
pub const kw_between: Kind = Kind::named(499);
pub const kw_bigint: Kind = Kind::named(500);
pub const kw_binary: Kind = Kind::named(501);
pub const kw_bit: Kind = Kind::named(502);
pub const kw_boolean: Kind = Kind::named(503);
pub const kw_both: Kind = Kind::named(504);
pub const kw_breadth: Kind = Kind::named(505);
pub const kw_by: Kind = Kind::named(506);
pub const kw_cache: Kind = Kind::named(507);
pub const kw_call: Kind = Kind::named(508);
pub const kw_called: Kind = Kind::named(509);
pub const kw_cascade: Kind = Kind::named(510);
pub const kw_cascaded: Kind = Kind::named(511);
pub const kw_case: Kind = Kind::named(512);
pub const kw_cast: Kind = Kind::named(513);
pub const kw_catalog: Kind = Kind::named(514);
pub const kw_chain: Kind = Kind::named(515);
pub const kw_char: Kind = Kind::named(516);
pub const kw_character: Kind = Kind::named(517);
pub const kw_characteristics: Kind = Kind::named(518);
pub const kw_check: Kind = Kind::named(519);
pub const kw_checkpoint: Kind = Kind::named(520);
pub const kw_class: Kind = Kind::named(521);
pub const kw_close: Kind = Kind::named(522);
pub const kw_cluster: Kind = Kind::named(523);
pub const kw_coalesce: Kind = Kind::named(524);
pub const kw_collate: Kind = Kind::named(525);
pub const kw_collation: Kind = Kind::named(526);
pub const kw_column: Kind = Kind::named(527);
pub const kw_columns: Kind = Kind::named(528);
pub const kw_comment: Kind = Kind::named(529);
pub const kw_comments: Kind = Kind::named(530);
pub const kw_commit: Kind = Kind::named(531);
pub const kw_committed: Kind = Kind::named(532);
pub const kw_compression: Kind = Kind::named(533);
pub const kw_concurrently: Kind = Kind::named(534);
pub const kw_conditional: Kind = Kind::named(535);
pub const kw_configuration: Kind = Kind::named(536);
pub const kw_conflict: Kind = Kind::named(537);
pub const kw_connection: Kind = Kind::named(538);
pub const kw_constraint: Kind = Kind::named(539);
pub const kw_constraints: Kind = Kind::named(540);
pub const kw_content: Kind = Kind::named(541);
pub const kw_continue: Kind = Kind::named(542);
pub const kw_conversion: Kind = Kind::named(543);
pub const kw_copy: Kind = Kind::named(544);
pub const kw_cost: Kind = Kind::named(545);
pub const kw_create: Kind = Kind::named(546);
pub const kw_cross: Kind = Kind::named(547);
pub const kw_csv: Kind = Kind::named(548);
pub const kw_cube: Kind = Kind::named(549);
pub const kw_current: Kind = Kind::named(550);
pub const kw_current_catalog: Kind = Kind::named(551);
pub const kw_current_date: Kind = Kind::named(552);
pub const kw_current_role: Kind = Kind::named(553);
pub const kw_current_schema: Kind = Kind::named(554);
pub const kw_current_time: Kind = Kind::named(555);
pub const kw_current_timestamp: Kind = Kind::named(556);
pub const kw_current_user: Kind = Kind::named(557);
pub const kw_cursor: Kind = Kind::named(558);
pub const kw_cycle: Kind = Kind::named(559);
pub const kw_data: Kind = Kind::named(560);
pub const kw_database: Kind = Kind::named(561);
pub const kw_day: Kind = Kind::named(562);
pub const kw_deallocate: Kind = Kind::named(563);
pub const kw_dec: Kind = Kind::named(564);
pub const kw_decimal: Kind = Kind::named(565);
pub const kw_declare: Kind = Kind::named(566);
pub const kw_default: Kind = Kind::named(567);
pub const kw_defaults: Kind = Kind::named(568);
pub const kw_deferrable: Kind = Kind::named(569);
pub const kw_deferred: Kind = Kind::named(570);
pub const kw_definer: Kind = Kind::named(571);
pub const kw_delete: Kind = Kind::named(572);
pub const kw_delimiter: Kind = Kind::named(573);
pub const kw_delimiters: Kind = Kind::named(574);
pub const kw_depends: Kind = Kind::named(575);
pub const kw_depth: Kind = Kind::named(576);
pub const kw_desc: Kind = Kind::named(577);
pub const kw_detach: Kind = Kind::named(578);
pub const kw_dictionary: Kind = Kind::named(579);
pub const kw_disable: Kind = Kind::named(580);
pub const kw_discard: Kind = Kind::named(581);
pub const kw_distinct: Kind = Kind::named(582);
pub const kw_do: Kind = Kind::named(583);
pub const kw_document: Kind = Kind::named(584);
pub const kw_domain: Kind = Kind::named(585);
pub const kw_double: Kind = Kind::named(586);
pub const kw_drop: Kind = Kind::named(587);
pub const kw_each: Kind = Kind::named(588);
pub const kw_else: Kind = Kind::named(589);
pub const kw_empty: Kind = Kind::named(590);
pub const kw_enable: Kind = Kind::named(591);
pub const kw_encoding: Kind = Kind::named(592);
pub const kw_encrypted: Kind = Kind::named(593);
pub const kw_end: Kind = Kind::named(594);
pub const kw_enforced: Kind = Kind::named(595);
pub const kw_enum: Kind = Kind::named(596);
pub const kw_error: Kind = Kind::named(597);
pub const kw_escape: Kind = Kind::named(598);
pub const kw_event: Kind = Kind::named(599);
pub const kw_except: Kind = Kind::named(600);
pub const kw_exclude: Kind = Kind::named(601);
pub const kw_excluding: Kind = Kind::named(602);
pub const kw_exclusive: Kind = Kind::named(603);
pub const kw_execute: Kind = Kind::named(604);
pub const kw_exists: Kind = Kind::named(605);
pub const kw_explain: Kind = Kind::named(606);
pub const kw_expression: Kind = Kind::named(607);
pub const kw_extension: Kind = Kind::named(608);
pub const kw_external: Kind = Kind::named(609);
pub const kw_extract: Kind = Kind::named(610);
pub const kw_false: Kind = Kind::named(611);
pub const kw_family: Kind = Kind::named(612);
pub const kw_fetch: Kind = Kind::named(613);
pub const kw_filter: Kind = Kind::named(614);
pub const kw_finalize: Kind = Kind::named(615);
pub const kw_first: Kind = Kind::named(616);
pub const kw_float: Kind = Kind::named(617);
pub const kw_following: Kind = Kind::named(618);
pub const kw_for: Kind = Kind::named(619);
pub const kw_force: Kind = Kind::named(620);
pub const kw_foreign: Kind = Kind::named(621);
pub const kw_format: Kind = Kind::named(622);
pub const kw_forward: Kind = Kind::named(623);
pub const kw_freeze: Kind = Kind::named(624);
pub const kw_from: Kind = Kind::named(625);
pub const kw_full: Kind = Kind::named(626);
pub const kw_function: Kind = Kind::named(627);
pub const kw_functions: Kind = Kind::named(628);
pub const kw_generated: Kind = Kind::named(629);
pub const kw_global: Kind = Kind::named(630);
pub const kw_grant: Kind = Kind::named(631);
pub const kw_granted: Kind = Kind::named(632);
pub const kw_greatest: Kind = Kind::named(633);
pub const kw_group: Kind = Kind::named(634);
pub const kw_grouping: Kind = Kind::named(635);
pub const kw_groups: Kind = Kind::named(636);
pub const kw_handler: Kind = Kind::named(637);
pub const kw_having: Kind = Kind::named(638);
pub const kw_header: Kind = Kind::named(639);
pub const kw_hold: Kind = Kind::named(640);
pub const kw_hour: Kind = Kind::named(641);
pub const kw_identity: Kind = Kind::named(642);
pub const kw_if: Kind = Kind::named(643);
pub const kw_ilike: Kind = Kind::named(644);
pub const kw_immediate: Kind = Kind::named(645);
pub const kw_immutable: Kind = Kind::named(646);
pub const kw_implicit: Kind = Kind::named(647);
pub const kw_import: Kind = Kind::named(648);
pub const kw_in: Kind = Kind::named(649);
pub const kw_include: Kind = Kind::named(650);
pub const kw_including: Kind = Kind::named(651);
pub const kw_increment: Kind = Kind::named(652);
pub const kw_indent: Kind = Kind::named(653);
pub const kw_index: Kind = Kind::named(654);
pub const kw_indexes: Kind = Kind::named(655);
pub const kw_inherit: Kind = Kind::named(656);
pub const kw_inherits: Kind = Kind::named(657);
pub const kw_initially: Kind = Kind::named(658);
pub const kw_inline: Kind = Kind::named(659);
pub const kw_inner: Kind = Kind::named(660);
pub const kw_inout: Kind = Kind::named(661);
pub const kw_input: Kind = Kind::named(662);
pub const kw_insensitive: Kind = Kind::named(663);
pub const kw_insert: Kind = Kind::named(664);
pub const kw_instead: Kind = Kind::named(665);
pub const kw_int: Kind = Kind::named(666);
pub const kw_integer: Kind = Kind::named(667);
pub const kw_intersect: Kind = Kind::named(668);
pub const kw_interval: Kind = Kind::named(669);
pub const kw_into: Kind = Kind::named(670);
pub const kw_invoker: Kind = Kind::named(671);
pub const kw_is: Kind = Kind::named(672);
pub const kw_isnull: Kind = Kind::named(673);
pub const kw_isolation: Kind = Kind::named(674);
pub const kw_join: Kind = Kind::named(675);
pub const kw_json: Kind = Kind::named(676);
pub const kw_json_array: Kind = Kind::named(677);
pub const kw_json_arrayagg: Kind = Kind::named(678);
pub const kw_json_exists: Kind = Kind::named(679);
pub const kw_json_object: Kind = Kind::named(680);
pub const kw_json_objectagg: Kind = Kind::named(681);
pub const kw_json_query: Kind = Kind::named(682);
pub const kw_json_scalar: Kind = Kind::named(683);
pub const kw_json_serialize: Kind = Kind::named(684);
pub const kw_json_table: Kind = Kind::named(685);
pub const kw_json_value: Kind = Kind::named(686);
pub const kw_keep: Kind = Kind::named(687);
pub const kw_key: Kind = Kind::named(688);
pub const kw_keys: Kind = Kind::named(689);
pub const kw_label: Kind = Kind::named(690);
pub const kw_language: Kind = Kind::named(691);
pub const kw_large: Kind = Kind::named(692);
pub const kw_last: Kind = Kind::named(693);
pub const kw_lateral: Kind = Kind::named(694);
pub const kw_leading: Kind = Kind::named(695);
pub const kw_leakproof: Kind = Kind::named(696);
pub const kw_least: Kind = Kind::named(697);
pub const kw_left: Kind = Kind::named(698);
pub const kw_level: Kind = Kind::named(699);
pub const kw_like: Kind = Kind::named(700);
pub const kw_limit: Kind = Kind::named(701);
pub const kw_listen: Kind = Kind::named(702);
pub const kw_load: Kind = Kind::named(703);
pub const kw_local: Kind = Kind::named(704);
pub const kw_localtime: Kind = Kind::named(705);
pub const kw_localtimestamp: Kind = Kind::named(706);
pub const kw_location: Kind = Kind::named(707);
pub const kw_lock: Kind = Kind::named(708);
pub const kw_locked: Kind = Kind::named(709);
pub const kw_logged: Kind = Kind::named(710);
pub const kw_mapping: Kind = Kind::named(711);
pub const kw_match: Kind = Kind::named(712);
pub const kw_matched: Kind = Kind::named(713);
pub const kw_materialized: Kind = Kind::named(714);
pub const kw_maxvalue: Kind = Kind::named(715);
pub const kw_merge: Kind = Kind::named(716);
pub const kw_merge_action: Kind = Kind::named(717);
pub const kw_method: Kind = Kind::named(718);
pub const kw_minute: Kind = Kind::named(719);
pub const kw_minvalue: Kind = Kind::named(720);
pub const kw_mode: Kind = Kind::named(721);
pub const kw_month: Kind = Kind::named(722);
pub const kw_move: Kind = Kind::named(723);
pub const kw_name: Kind = Kind::named(724);
pub const kw_names: Kind = Kind::named(725);
pub const kw_national: Kind = Kind::named(726);
pub const kw_natural: Kind = Kind::named(727);
pub const kw_nchar: Kind = Kind::named(728);
pub const kw_nested: Kind = Kind::named(729);
pub const kw_new: Kind = Kind::named(730);
pub const kw_next: Kind = Kind::named(731);
pub const kw_nfc: Kind = Kind::named(732);
pub const kw_nfd: Kind = Kind::named(733);
pub const kw_nfkc: Kind = Kind::named(734);
pub const kw_nfkd: Kind = Kind::named(735);
pub const kw_no: Kind = Kind::named(736);
pub const kw_none: Kind = Kind::named(737);
pub const kw_normalize: Kind = Kind::named(738);
pub const kw_normalized: Kind = Kind::named(739);
pub const kw_not: Kind = Kind::named(740);
pub const kw_nothing: Kind = Kind::named(741);
pub const kw_notify: Kind = Kind::named(742);
pub const kw_notnull: Kind = Kind::named(743);
pub const kw_nowait: Kind = Kind::named(744);
pub const kw_null: Kind = Kind::named(745);
pub const kw_nullif: Kind = Kind::named(746);
pub const kw_nulls: Kind = Kind::named(747);
pub const kw_numeric: Kind = Kind::named(748);
pub const kw_object: Kind = Kind::named(749);
pub const kw_objects: Kind = Kind::named(750);
pub const kw_of: Kind = Kind::named(751);
pub const kw_off: Kind = Kind::named(752);
pub const kw_offset: Kind = Kind::named(753);
pub const kw_oids: Kind = Kind::named(754);
pub const kw_old: Kind = Kind::named(755);
pub const kw_omit: Kind = Kind::named(756);
pub const kw_on: Kind = Kind::named(757);
pub const kw_only: Kind = Kind::named(758);
pub const kw_operator: Kind = Kind::named(759);
pub const kw_option: Kind = Kind::named(760);
pub const kw_options: Kind = Kind::named(761);
pub const kw_or: Kind = Kind::named(762);
pub const kw_order: Kind = Kind::named(763);
pub const kw_ordinality: Kind = Kind::named(764);
pub const kw_others: Kind = Kind::named(765);
pub const kw_out: Kind = Kind::named(766);
pub const kw_outer: Kind = Kind::named(767);
pub const kw_over: Kind = Kind::named(768);
pub const kw_overlaps: Kind = Kind::named(769);
pub const kw_overlay: Kind = Kind::named(770);
pub const kw_overriding: Kind = Kind::named(771);
pub const kw_owned: Kind = Kind::named(772);
pub const kw_owner: Kind = Kind::named(773);
pub const kw_parallel: Kind = Kind::named(774);
pub const kw_parameter: Kind = Kind::named(775);
pub const kw_parser: Kind = Kind::named(776);
pub const kw_partial: Kind = Kind::named(777);
pub const kw_partition: Kind = Kind::named(778);
pub const kw_passing: Kind = Kind::named(779);
pub const kw_password: Kind = Kind::named(780);
pub const kw_path: Kind = Kind::named(781);
pub const kw_period: Kind = Kind::named(782);
pub const kw_placing: Kind = Kind::named(783);
pub const kw_plan: Kind = Kind::named(784);
pub const kw_plans: Kind = Kind::named(785);
pub const kw_policy: Kind = Kind::named(786);
pub const kw_position: Kind = Kind::named(787);
pub const kw_preceding: Kind = Kind::named(788);
pub const kw_precision: Kind = Kind::named(789);
pub const kw_prepare: Kind = Kind::named(790);
pub const kw_prepared: Kind = Kind::named(791);
pub const kw_preserve: Kind = Kind::named(792);
pub const kw_primary: Kind = Kind::named(793);
pub const kw_prior: Kind = Kind::named(794);
pub const kw_privileges: Kind = Kind::named(795);
pub const kw_procedural: Kind = Kind::named(796);
pub const kw_procedure: Kind = Kind::named(797);
pub const kw_procedures: Kind = Kind::named(798);
pub const kw_program: Kind = Kind::named(799);
pub const kw_publication: Kind = Kind::named(800);
pub const kw_quote: Kind = Kind::named(801);
pub const kw_quotes: Kind = Kind::named(802);
pub const kw_range: Kind = Kind::named(803);
pub const kw_read: Kind = Kind::named(804);
pub const kw_real: Kind = Kind::named(805);
pub const kw_reassign: Kind = Kind::named(806);
pub const kw_recursive: Kind = Kind::named(807);
pub const kw_ref: Kind = Kind::named(808);
pub const kw_references: Kind = Kind::named(809);
pub const kw_referencing: Kind = Kind::named(810);
pub const kw_refresh: Kind = Kind::named(811);
pub const kw_reindex: Kind = Kind::named(812);
pub const kw_relative: Kind = Kind::named(813);
pub const kw_release: Kind = Kind::named(814);
pub const kw_rename: Kind = Kind::named(815);
pub const kw_repeatable: Kind = Kind::named(816);
pub const kw_replace: Kind = Kind::named(817);
pub const kw_replica: Kind = Kind::named(818);
pub const kw_reset: Kind = Kind::named(819);
pub const kw_restart: Kind = Kind::named(820);
pub const kw_restrict: Kind = Kind::named(821);
pub const kw_return: Kind = Kind::named(822);
pub const kw_returning: Kind = Kind::named(823);
pub const kw_returns: Kind = Kind::named(824);
pub const kw_revoke: Kind = Kind::named(825);
pub const kw_right: Kind = Kind::named(826);
pub const kw_role: Kind = Kind::named(827);
pub const kw_rollback: Kind = Kind::named(828);
pub const kw_rollup: Kind = Kind::named(829);
pub const kw_routine: Kind = Kind::named(830);
pub const kw_routines: Kind = Kind::named(831);
pub const kw_row: Kind = Kind::named(832);
pub const kw_rows: Kind = Kind::named(833);
pub const kw_rule: Kind = Kind::named(834);
pub const kw_savepoint: Kind = Kind::named(835);
pub const kw_scalar: Kind = Kind::named(836);
pub const kw_schema: Kind = Kind::named(837);
pub const kw_schemas: Kind = Kind::named(838);
pub const kw_scroll: Kind = Kind::named(839);
pub const kw_search: Kind = Kind::named(840);
pub const kw_second: Kind = Kind::named(841);
pub const kw_security: Kind = Kind::named(842);
pub const kw_select: Kind = Kind::named(843);
pub const kw_sequence: Kind = Kind::named(844);
pub const kw_sequences: Kind = Kind::named(845);
pub const kw_serializable: Kind = Kind::named(846);
pub const kw_server: Kind = Kind::named(847);
pub const kw_session: Kind = Kind::named(848);
pub const kw_session_user: Kind = Kind::named(849);
pub const kw_set: Kind = Kind::named(850);
pub const kw_setof: Kind = Kind::named(851);
pub const kw_sets: Kind = Kind::named(852);
pub const kw_share: Kind = Kind::named(853);
pub const kw_show: Kind = Kind::named(854);
pub const kw_similar: Kind = Kind::named(855);
pub const kw_simple: Kind = Kind::named(856);
pub const kw_skip: Kind = Kind::named(857);
pub const kw_smallint: Kind = Kind::named(858);
pub const kw_snapshot: Kind = Kind::named(859);
pub const kw_some: Kind = Kind::named(860);
pub const kw_source: Kind = Kind::named(861);
pub const kw_sql: Kind = Kind::named(862);
pub const kw_stable: Kind = Kind::named(863);
pub const kw_standalone: Kind = Kind::named(864);
pub const kw_start: Kind = Kind::named(865);
pub const kw_statement: Kind = Kind::named(866);
pub const kw_statistics: Kind = Kind::named(867);
pub const kw_stdin: Kind = Kind::named(868);
pub const kw_stdout: Kind = Kind::named(869);
pub const kw_storage: Kind = Kind::named(870);
pub const kw_stored: Kind = Kind::named(871);
pub const kw_strict: Kind = Kind::named(872);
pub const kw_string: Kind = Kind::named(873);
pub const kw_strip: Kind = Kind::named(874);
pub const kw_subscription: Kind = Kind::named(875);
pub const kw_substring: Kind = Kind::named(876);
pub const kw_support: Kind = Kind::named(877);
pub const kw_symmetric: Kind = Kind::named(878);
pub const kw_sysid: Kind = Kind::named(879);
pub const kw_system: Kind = Kind::named(880);
pub const kw_system_user: Kind = Kind::named(881);
pub const kw_table: Kind = Kind::named(882);
pub const kw_tables: Kind = Kind::named(883);
pub const kw_tablesample: Kind = Kind::named(884);
pub const kw_tablespace: Kind = Kind::named(885);
pub const kw_target: Kind = Kind::named(886);
pub const kw_temp: Kind = Kind::named(887);
pub const kw_template: Kind = Kind::named(888);
pub const kw_temporary: Kind = Kind::named(889);
pub const kw_text: Kind = Kind::named(890);
pub const kw_then: Kind = Kind::named(891);
pub const kw_ties: Kind = Kind::named(892);
pub const kw_time: Kind = Kind::named(893);
pub const kw_timestamp: Kind = Kind::named(894);
pub const kw_to: Kind = Kind::named(895);
pub const kw_trailing: Kind = Kind::named(896);
pub const kw_transaction: Kind = Kind::named(897);
pub const kw_transform: Kind = Kind::named(898);
pub const kw_treat: Kind = Kind::named(899);
pub const kw_trigger: Kind = Kind::named(900);
pub const kw_trim: Kind = Kind::named(901);
pub const kw_true: Kind = Kind::named(902);
pub const kw_truncate: Kind = Kind::named(903);
pub const kw_trusted: Kind = Kind::named(904);
pub const kw_type: Kind = Kind::named(905);
pub const kw_types: Kind = Kind::named(906);
pub const kw_uescape: Kind = Kind::named(907);
pub const kw_unbounded: Kind = Kind::named(908);
pub const kw_uncommitted: Kind = Kind::named(909);
pub const kw_unconditional: Kind = Kind::named(910);
pub const kw_unencrypted: Kind = Kind::named(911);
pub const kw_union: Kind = Kind::named(912);
pub const kw_unique: Kind = Kind::named(913);
pub const kw_unknown: Kind = Kind::named(914);
pub const kw_unlisten: Kind = Kind::named(915);
pub const kw_unlogged: Kind = Kind::named(916);
pub const kw_until: Kind = Kind::named(917);
pub const kw_update: Kind = Kind::named(918);
pub const kw_user: Kind = Kind::named(919);
pub const kw_using: Kind = Kind::named(920);
pub const kw_vacuum: Kind = Kind::named(921);
pub const kw_valid: Kind = Kind::named(922);
pub const kw_validate: Kind = Kind::named(923);
pub const kw_validator: Kind = Kind::named(924);
pub const kw_value: Kind = Kind::named(925);
pub const kw_values: Kind = Kind::named(926);
pub const kw_varchar: Kind = Kind::named(927);
pub const kw_variadic: Kind = Kind::named(928);
pub const kw_varying: Kind = Kind::named(929);
pub const kw_verbose: Kind = Kind::named(930);
pub const kw_version: Kind = Kind::named(931);
pub const kw_view: Kind = Kind::named(932);
pub const kw_views: Kind = Kind::named(933);
pub const kw_virtual: Kind = Kind::named(934);
pub const kw_volatile: Kind = Kind::named(935);
pub const kw_when: Kind = Kind::named(936);
pub const kw_where: Kind = Kind::named(937);
pub const kw_whitespace: Kind = Kind::named(938);
pub const kw_window: Kind = Kind::named(939);
pub const kw_with: Kind = Kind::named(940);
pub const kw_within: Kind = Kind::named(941);
pub const kw_without: Kind = Kind::named(942);
pub const kw_work: Kind = Kind::named(943);
pub const kw_wrapper: Kind = Kind::named(944);
pub const kw_write: Kind = Kind::named(945);
pub const kw_xml: Kind = Kind::named(946);
pub const kw_xmlattributes: Kind = Kind::named(947);
pub const kw_xmlconcat: Kind = Kind::named(948);
pub const kw_xmlelement: Kind = Kind::named(949);
pub const kw_xmlexists: Kind = Kind::named(950);
pub const kw_xmlforest: Kind = Kind::named(951);
pub const kw_xmlnamespaces: Kind = Kind::named(952);
pub const kw_xmlparse: Kind = Kind::named(953);
pub const kw_xmlpi: Kind = Kind::named(954);
pub const kw_xmlroot: Kind = Kind::named(955);
pub const kw_xmlserialize: Kind = Kind::named(956);
pub const kw_xmltable: Kind = Kind::named(957);
pub const kw_year: Kind = Kind::named(958);
pub const kw_yes: Kind = Kind::named(959);
pub const kw_zone: Kind = Kind::named(960);
pub const limit_clause: Kind = Kind::named(961);
pub const lock_type: Kind = Kind::named(962);
pub const locked_rels_list: Kind = Kind::named(963);
pub const merge_delete: Kind = Kind::named(964);
pub const merge_insert: Kind = Kind::named(965);
pub const merge_update: Kind = Kind::named(966);
pub const merge_values_clause: Kind = Kind::named(967);
pub const merge_when_clause: Kind = Kind::named(968);
pub const merge_when_list: Kind = Kind::named(969);
pub const merge_when_tgt_matched: Kind = Kind::named(970);
pub const merge_when_tgt_not_matched: Kind = Kind::named(971);
pub const name: Kind = Kind::named(972);
pub const name_list: Kind = Kind::named(973);
pub const notify_payload: Kind = Kind::named(974);
pub const object_type_any_name: Kind = Kind::named(975);
pub const object_type_name: Kind = Kind::named(976);
pub const object_type_name_on_any_name: Kind = Kind::named(977);
pub const offset_clause: Kind = Kind::named(978);
pub const old_aggr_definition: Kind = Kind::named(979);
pub const old_aggr_elem: Kind = Kind::named(980);
pub const old_aggr_list: Kind = Kind::named(981);
pub const opclass_drop: Kind = Kind::named(982);
pub const opclass_drop_list: Kind = Kind::named(983);
pub const opclass_item: Kind = Kind::named(984);
pub const opclass_item_list: Kind = Kind::named(985);
pub const opclass_purpose: Kind = Kind::named(986);
pub const oper_argtypes: Kind = Kind::named(987);
pub const operator: Kind = Kind::named(988);
pub const operator_def_arg: Kind = Kind::named(989);
pub const operator_def_elem: Kind = Kind::named(990);
pub const operator_def_list: Kind = Kind::named(991);
pub const operator_with_argtypes: Kind = Kind::named(992);
pub const operator_with_argtypes_list: Kind = Kind::named(993);
pub const opt_alias_clause: Kind = Kind::named(994);
pub const opt_alias_clause_for_join_using: Kind = Kind::named(995);
pub const opt_all_clause: Kind = Kind::named(996);
pub const opt_analyze: Kind = Kind::named(997);
pub const opt_array_bounds: Kind = Kind::named(998);
pub const opt_as: Kind = Kind::named(999);
pub const opt_asc_desc: Kind = Kind::named(1000);
pub const opt_asymmetric: Kind = Kind::named(1001);
pub const opt_binary: Kind = Kind::named(1002);
pub const opt_boolean_or_string: Kind = Kind::named(1003);
pub const opt_by: Kind = Kind::named(1004);
pub const opt_c_include: Kind = Kind::named(1005);
pub const opt_check_option: Kind = Kind::named(1006);
pub const opt_col_def_list: Kind = Kind::named(1007);
pub const opt_collate: Kind = Kind::named(1008);
pub const opt_collate_clause: Kind = Kind::named(1009);
pub const opt_column: Kind = Kind::named(1010);
pub const opt_column_and_period_list: Kind = Kind::named(1011);
pub const opt_column_compression: Kind = Kind::named(1012);
pub const opt_column_list: Kind = Kind::named(1013);
pub const opt_column_storage: Kind = Kind::named(1014);
pub const opt_concurrently: Kind = Kind::named(1015);
pub const opt_conf_expr: Kind = Kind::named(1016);
pub const opt_createfunc_opt_list: Kind = Kind::named(1017);
pub const opt_cycle_clause: Kind = Kind::named(1018);
pub const opt_default: Kind = Kind::named(1019);
pub const opt_definition: Kind = Kind::named(1020);
pub const opt_drop_behavior: Kind = Kind::named(1021);
pub const opt_encoding: Kind = Kind::named(1022);
pub const opt_enum_val_list: Kind = Kind::named(1023);
pub const opt_equal: Kind = Kind::named(1024);
pub const opt_existing_window_name: Kind = Kind::named(1025);
pub const opt_fdw_options: Kind = Kind::named(1026);
pub const opt_float: Kind = Kind::named(1027);
pub const opt_for_locking_clause: Kind = Kind::named(1028);
pub const opt_foreign_server_version: Kind = Kind::named(1029);
pub const opt_frame_clause: Kind = Kind::named(1030);
pub const opt_freeze: Kind = Kind::named(1031);
pub const opt_from_in: Kind = Kind::named(1032);
pub const opt_full: Kind = Kind::named(1033);
pub const opt_grant_grant_option: Kind = Kind::named(1034);
pub const opt_granted_by: Kind = Kind::named(1035);
pub const opt_hold: Kind = Kind::named(1036);
pub const opt_if_exists: Kind = Kind::named(1037);
pub const opt_if_not_exists: Kind = Kind::named(1038);
pub const opt_in_database: Kind = Kind::named(1039);
pub const opt_include: Kind = Kind::named(1040);
pub const opt_indirection: Kind = Kind::named(1041);
pub const opt_inline_handler: Kind = Kind::named(1042);
pub const opt_instead: Kind = Kind::named(1043);
pub const opt_interval: Kind = Kind::named(1044);
pub const opt_lock: Kind = Kind::named(1045);
pub const opt_materialized: Kind = Kind::named(1046);
pub const opt_merge_when_condition: Kind = Kind::named(1047);
pub const opt_name_list: Kind = Kind::named(1048);
pub const opt_no: Kind = Kind::named(1049);
pub const opt_no_inherit: Kind = Kind::named(1050);
pub const opt_nowait: Kind = Kind::named(1051);
pub const opt_nowait_or_skip: Kind = Kind::named(1052);
pub const opt_nulls_order: Kind = Kind::named(1053);
pub const opt_on_conflict: Kind = Kind::named(1054);
pub const opt_opfamily: Kind = Kind::named(1055);
pub const opt_or_replace: Kind = Kind::named(1056);
pub const opt_ordinality: Kind = Kind::named(1057);
pub const opt_outer: Kind = Kind::named(1058);
pub const opt_partition_clause: Kind = Kind::named(1059);
pub const opt_procedural: Kind = Kind::named(1060);
pub const opt_program: Kind = Kind::named(1061);
pub const opt_provider: Kind = Kind::named(1062);
pub const opt_qualified_name: Kind = Kind::named(1063);
pub const opt_reindex_option_list: Kind = Kind::named(1064);
pub const opt_reloptions: Kind = Kind::named(1065);
pub const opt_repeatable_clause: Kind = Kind::named(1066);
pub const opt_restart_seqs: Kind = Kind::named(1067);
pub const opt_restrict: Kind = Kind::named(1068);
pub const opt_routine_body: Kind = Kind::named(1069);
pub const opt_search_clause: Kind = Kind::named(1070);
pub const opt_select_limit: Kind = Kind::named(1071);
pub const opt_set_data: Kind = Kind::named(1072);
pub const opt_single_name: Kind = Kind::named(1073);
pub const opt_slice_bound: Kind = Kind::named(1074);
pub const opt_sort_clause: Kind = Kind::named(1075);
pub const opt_table: Kind = Kind::named(1076);
pub const opt_target_list: Kind = Kind::named(1077);
pub const opt_timezone: Kind = Kind::named(1078);
pub const opt_transaction: Kind = Kind::named(1079);
pub const opt_transaction_chain: Kind = Kind::named(1080);
pub const opt_trusted: Kind = Kind::named(1081);
pub const opt_type: Kind = Kind::named(1082);
pub const opt_type_modifiers: Kind = Kind::named(1083);
pub const opt_unique: Kind = Kind::named(1084);
pub const opt_unique_null_treatment: Kind = Kind::named(1085);
pub const opt_using: Kind = Kind::named(1086);
pub const opt_vacuum_relation_list: Kind = Kind::named(1087);
pub const opt_validator: Kind = Kind::named(1088);
pub const opt_varying: Kind = Kind::named(1089);
pub const opt_verbose: Kind = Kind::named(1090);
pub const opt_virtual_or_stored: Kind = Kind::named(1091);
pub const opt_window_exclusion_clause: Kind = Kind::named(1092);
pub const opt_with: Kind = Kind::named(1093);
pub const opt_with_clause: Kind = Kind::named(1094);
pub const opt_with_data: Kind = Kind::named(1095);
pub const opt_without_overlaps: Kind = Kind::named(1096);
pub const opt_xml_root_standalone: Kind = Kind::named(1097);
pub const optionalPeriodName: Kind = Kind::named(1098);
pub const over_clause: Kind = Kind::named(1099);
pub const overlay_list: Kind = Kind::named(1100);
pub const override_kind: Kind = Kind::named(1101);
pub const param: Kind = Kind::named(1102);
pub const param_name: Kind = Kind::named(1103);
pub const parameter_name: Kind = Kind::named(1104);
pub const parameter_name_list: Kind = Kind::named(1105);
pub const part_elem: Kind = Kind::named(1106);
pub const part_params: Kind = Kind::named(1107);
pub const partition_cmd: Kind = Kind::named(1108);
pub const path_opt: Kind = Kind::named(1109);
pub const position_list: Kind = Kind::named(1110);
pub const prep_type_clause: Kind = Kind::named(1111);
pub const privilege: Kind = Kind::named(1112);
pub const privilege_list: Kind = Kind::named(1113);
pub const privilege_target: Kind = Kind::named(1114);
pub const privileges: Kind = Kind::named(1115);
pub const pub_obj_list: Kind = Kind::named(1116);
pub const qual_Op: Kind = Kind::named(1117);
pub const qual_all_Op: Kind = Kind::named(1118);
pub const qualified_name: Kind = Kind::named(1119);
pub const qualified_name_list: Kind = Kind::named(1120);
pub const quoted_identifier: Kind = Kind::named(1121);
pub const reindex_target_all: Kind = Kind::named(1122);
pub const reindex_target_relation: Kind = Kind::named(1123);
pub const relation_expr: Kind = Kind::named(1124);
pub const relation_expr_list: Kind = Kind::named(1125);
pub const relation_expr_opt_alias: Kind = Kind::named(1126);
pub const reloption_elem: Kind = Kind::named(1127);
pub const reloption_list: Kind = Kind::named(1128);
pub const reloptions: Kind = Kind::named(1129);
pub const replica_identity: Kind = Kind::named(1130);
pub const reserved_keyword: Kind = Kind::named(1131);
pub const reset_rest: Kind = Kind::named(1132);
pub const returning_clause: Kind = Kind::named(1133);
pub const returning_option: Kind = Kind::named(1134);
pub const returning_option_kind: Kind = Kind::named(1135);
pub const returning_options: Kind = Kind::named(1136);
pub const returning_with_clause: Kind = Kind::named(1137);
pub const role_list: Kind = Kind::named(1138);
pub const rollup_clause: Kind = Kind::named(1139);
pub const routine_body_stmt: Kind = Kind::named(1140);
pub const routine_body_stmt_list: Kind = Kind::named(1141);
pub const row: Kind = Kind::named(1142);
pub const row_or_rows: Kind = Kind::named(1143);
pub const row_security_cmd: Kind = Kind::named(1144);
pub const rowsfrom_item: Kind = Kind::named(1145);
pub const rowsfrom_list: Kind = Kind::named(1146);
pub const schema_stmt: Kind = Kind::named(1147);
pub const security_label: Kind = Kind::named(1148);
pub const select_clause: Kind = Kind::named(1149);
pub const select_fetch_first_value: Kind = Kind::named(1150);
pub const select_limit: Kind = Kind::named(1151);
pub const select_limit_value: Kind = Kind::named(1152);
pub const select_no_parens: Kind = Kind::named(1153);
pub const select_offset_value: Kind = Kind::named(1154);
pub const select_with_parens: Kind = Kind::named(1155);
pub const set_access_method_name: Kind = Kind::named(1156);
pub const set_clause: Kind = Kind::named(1157);
pub const set_clause_list: Kind = Kind::named(1158);
pub const set_quantifier: Kind = Kind::named(1159);
pub const set_rest: Kind = Kind::named(1160);
pub const set_rest_more: Kind = Kind::named(1161);
pub const set_statistics_value: Kind = Kind::named(1162);
pub const set_target: Kind = Kind::named(1163);
pub const set_target_list: Kind = Kind::named(1164);
pub const simple_select: Kind = Kind::named(1165);
pub const sort_clause: Kind = Kind::named(1166);
pub const sortby: Kind = Kind::named(1167);
pub const sortby_list: Kind = Kind::named(1168);
pub const source_file: Kind = Kind::named(1169);
pub const stats_param: Kind = Kind::named(1170);
pub const stats_params: Kind = Kind::named(1171);
pub const stmt: Kind = Kind::named(1172);
pub const string_literal: Kind = Kind::named(1173);
pub const sub_type: Kind = Kind::named(1174);
pub const subquery_Op: Kind = Kind::named(1175);
pub const substr_list: Kind = Kind::named(1176);
pub const table_access_method_clause: Kind = Kind::named(1177);
pub const table_func_column: Kind = Kind::named(1178);
pub const table_func_column_list: Kind = Kind::named(1179);
pub const table_ref: Kind = Kind::named(1180);
pub const tablesample_clause: Kind = Kind::named(1181);
pub const target_el: Kind = Kind::named(1182);
pub const target_list: Kind = Kind::named(1183);
pub const toplevel_stmt: Kind = Kind::named(1184);
pub const transaction_mode_item: Kind = Kind::named(1185);
pub const transaction_mode_list: Kind = Kind::named(1186);
pub const transaction_mode_list_or_empty: Kind = Kind::named(1187);
pub const transform_element_list: Kind = Kind::named(1188);
pub const transform_type_list: Kind = Kind::named(1189);
pub const trim_list: Kind = Kind::named(1190);
pub const type_func_name_keyword: Kind = Kind::named(1191);
pub const type_function_name: Kind = Kind::named(1192);
pub const type_list: Kind = Kind::named(1193);
pub const type_name_list: Kind = Kind::named(1194);
pub const unicode_normal_form: Kind = Kind::named(1195);
pub const unreserved_keyword: Kind = Kind::named(1196);
pub const using_clause: Kind = Kind::named(1197);
pub const utility_option_arg: Kind = Kind::named(1198);
pub const utility_option_elem: Kind = Kind::named(1199);
pub const utility_option_list: Kind = Kind::named(1200);
pub const utility_option_name: Kind = Kind::named(1201);
pub const vacuum_relation: Kind = Kind::named(1202);
pub const vacuum_relation_list: Kind = Kind::named(1203);
pub const validator_clause: Kind = Kind::named(1204);
pub const values_clause: Kind = Kind::named(1205);
pub const var_list: Kind = Kind::named(1206);
pub const var_name: Kind = Kind::named(1207);
pub const var_value: Kind = Kind::named(1208);
pub const when_clause: Kind = Kind::named(1209);
pub const when_clause_list: Kind = Kind::named(1210);
pub const where_clause: Kind = Kind::named(1211);
pub const where_or_current_clause: Kind = Kind::named(1212);
pub const window_clause: Kind = Kind::named(1213);
pub const window_definition: Kind = Kind::named(1214);
pub const window_definition_list: Kind = Kind::named(1215);
pub const window_specification: Kind = Kind::named(1216);
pub const with_clause: Kind = Kind::named(1217);
pub const within_group_clause: Kind = Kind::named(1218);
pub const xml_attribute_el: Kind = Kind::named(1219);
pub const xml_attribute_list: Kind = Kind::named(1220);
pub const xml_attributes: Kind = Kind::named(1221);
pub const xml_indent_option: Kind = Kind::named(1222);
pub const xml_namespace_el: Kind = Kind::named(1223);
pub const xml_namespace_list: Kind = Kind::named(1224);
pub const xml_passing_mech: Kind = Kind::named(1225);
pub const xml_root_version: Kind = Kind::named(1226);
pub const xml_whitespace_option: Kind = Kind::named(1227);
pub const xmlexists_argument: Kind = Kind::named(1228);
pub const xmltable: Kind = Kind::named(1229);
pub const xmltable_column_el: Kind = Kind::named(1230);
pub const xmltable_column_list: Kind = Kind::named(1231);
pub const xmltable_column_option_el: Kind = Kind::named(1232);
pub const xmltable_column_option_list: Kind = Kind::named(1233);
pub const zone_value: Kind = Kind::named(1234);

/// The names of the kinds, sorted.
#[rustfmt::skip]
pub(crate) static NAMED: [&str; 1235] = [
    "AexprConst",
    "AlterCollationStmt",
    "AlterCompositeTypeStmt",
    "AlterDatabaseSetStmt",
    "AlterDatabaseStmt",
    "AlterDefaultPrivilegesStmt",
    "AlterDomainStmt",
    "AlterEnumStmt",
    "AlterEventTrigStmt",
    "AlterExtensionContentsStmt",
    "AlterExtensionStmt",
    "AlterFdwStmt",
    "AlterForeignServerStmt",
    "AlterFunctionStmt",
    "AlterGroupStmt",
    "AlterObjectDependsStmt",
    "AlterObjectSchemaStmt",
    "AlterOpFamilyStmt",
    "AlterOperatorStmt",
    "AlterOptRoleElem",
    "AlterOptRoleList",
    "AlterOwnerStmt",
    "AlterPolicyStmt",
    "AlterPublicationStmt",
    "AlterRoleSetStmt",
    "AlterRoleStmt",
    "AlterSeqStmt",
    "AlterStatsStmt",
    "AlterSubscriptionStmt",
    "AlterSystemStmt",
    "AlterTSConfigurationStmt",
    "AlterTSDictionaryStmt",
    "AlterTableStmt",
    "AlterTblSpcStmt",
    "AlterTypeStmt",
    "AlterUserMappingStmt",
    "AnalyzeStmt",
    "BareColLabel",
    "Bit",
    "BitWithLength",
    "BitWithoutLength",
    "CallStmt",
    "Character",
    "CharacterWithLength",
    "CharacterWithoutLength",
    "CheckPointStmt",
    "ClosePortalStmt",
    "ClusterStmt",
    "ColConstraint",
    "ColConstraintElem",
    "ColId",
    "ColLabel",
    "ColQualList",
    "CommentStmt",
    "ConstBit",
    "ConstCharacter",
    "ConstDatetime",
    "ConstInterval",
    "ConstTypename",
    "ConstraintAttr",
    "ConstraintAttributeElem",
    "ConstraintAttributeSpec",
    "ConstraintElem",
    "ConstraintsSetStmt",
    "CopyStmt",
    "CreateAmStmt",
    "CreateAsStmt",
    "CreateAssertionStmt",
    "CreateCastStmt",
    "CreateConversionStmt",
    "CreateDomainStmt",
    "CreateEventTrigStmt",
    "CreateExtensionStmt",
    "CreateFdwStmt",
    "CreateForeignServerStmt",
    "CreateForeignTableStmt",
    "CreateFunctionStmt",
    "CreateGroupStmt",
    "CreateMatViewStmt",
    "CreateOpClassStmt",
    "CreateOpFamilyStmt",
    "CreateOptRoleElem",
    "CreatePLangStmt",
    "CreatePolicyStmt",
    "CreatePublicationStmt",
    "CreateRoleStmt",
    "CreateSchemaStmt",
    "CreateSeqStmt",
    "CreateStatsStmt",
    "CreateStmt",
    "CreateSubscriptionStmt",
    "CreateTableSpaceStmt",
    "CreateTransformStmt",
    "CreateTrigStmt",
    "CreateUserMappingStmt",
    "CreateUserStmt",
    "CreatedbStmt",
    "DeallocateStmt",
    "DeclareCursorStmt",
    "DefACLAction",
    "DefACLOption",
    "DefACLOptionList",
    "DefineStmt",
    "DeleteStmt",
    "DiscardStmt",
    "DoStmt",
    "DomainConstraint",
    "DomainConstraintElem",
    "DropCastStmt",
    "DropOpClassStmt",
    "DropOpFamilyStmt",
    "DropOwnedStmt",
    "DropRoleStmt",
    "DropStmt",
    "DropSubscriptionStmt",
    "DropTableSpaceStmt",
    "DropTransformStmt",
    "DropUserMappingStmt",
    "DropdbStmt",
    "ExclusionConstraintElem",
    "ExclusionConstraintList",
    "ExecuteStmt",
    "ExistingIndex",
    "ExplainStmt",
    "ExplainableStmt",
    "FUNCTION_or_PROCEDURE",
    "FetchStmt",
    "FunctionSetResetClause",
    "GenericType",
    "GrantRoleStmt",
    "GrantStmt",
    "I_or_F_const",
    "Iconst",
    "ImportForeignSchemaStmt",
    "IndexStmt",
    "InsertStmt",
    "JsonType",
    "ListenStmt",
    "LoadStmt",
    "LockStmt",
    "MathOp",
    "MergeStmt",
    "NonReservedWord",
    "NonReservedWord_or_Sconst",
    "NotifyStmt",
    "Numeric",
    "NumericOnly",
    "NumericOnly_list",
    "OnCommitOption",
    "OptConsTableSpace",
    "OptConstrFromTable",
    "OptInherit",
    "OptNoLog",
    "OptParenthesizedSeqOptList",
    "OptPartitionSpec",
    "OptRoleList",
    "OptSchemaEltList",
    "OptSeqOptList",
    "OptTableElementList",
    "OptTableFuncElementList",
    "OptTableSpace",
    "OptTableSpaceOwner",
    "OptTemp",
    "OptTempTableName",
    "OptTypedTableElementList",
    "OptWhereClause",
    "OptWith",
    "PartitionBoundSpec",
    "PartitionSpec",
    "PreparableStmt",
    "PrepareStmt",
    "PublicationObjSpec",
    "ReassignOwnedStmt",
    "RefreshMatViewStmt",
    "ReindexStmt",
    "RemoveAggrStmt",
    "RemoveFuncStmt",
    "RemoveOperStmt",
    "RenameStmt",
    "ReturnStmt",
    "RevokeRoleStmt",
    "RevokeStmt",
    "RoleId",
    "RoleSpec",
    "RowSecurityDefaultForCmd",
    "RowSecurityDefaultPermissive",
    "RowSecurityDefaultToRole",
    "RowSecurityOptionalExpr",
    "RowSecurityOptionalToRole",
    "RowSecurityOptionalWithCheck",
    "RuleActionList",
    "RuleActionMulti",
    "RuleActionStmt",
    "RuleActionStmtOrEmpty",
    "RuleStmt",
    "Sconst",
    "SecLabelStmt",
    "SelectStmt",
    "SeqOptElem",
    "SeqOptList",
    "SetResetClause",
    "SignedIconst",
    "SimpleTypename",
    "TableConstraint",
    "TableElement",
    "TableElementList",
    "TableFuncElement",
    "TableFuncElementList",
    "TableLikeClause",
    "TableLikeOption",
    "TableLikeOptionList",
    "TransactionStmt",
    "TransactionStmtLegacy",
    "TransitionOldOrNew",
    "TransitionRelName",
    "TransitionRowOrTable",
    "TriggerActionTime",
    "TriggerEvents",
    "TriggerForOptEach",
    "TriggerForSpec",
    "TriggerForType",
    "TriggerFuncArg",
    "TriggerFuncArgs",
    "TriggerOneEvent",
    "TriggerReferencing",
    "TriggerTransition",
    "TriggerTransitions",
    "TriggerWhen",
    "TruncateStmt",
    "TypedTableElement",
    "TypedTableElementList",
    "Typename",
    "UnlistenStmt",
    "UpdateStmt",
    "VacuumStmt",
    "VariableResetStmt",
    "VariableSetStmt",
    "VariableShowStmt",
    "ViewStmt",
    "a_expr",
    "a_expr_prec",
    "access_method_clause",
    "add_drop",
    "aggr_arg",
    "aggr_args",
    "aggr_args_list",
    "aggregate_with_argtypes",
    "aggregate_with_argtypes_list",
    "alias_clause",
    "all_Op",
    "alter_column_default",
    "alter_extension_opt_item",
    "alter_extension_opt_list",
    "alter_generic_option_elem",
    "alter_generic_option_list",
    "alter_generic_options",
    "alter_identity_column_option",
    "alter_identity_column_option_list",
    "alter_table_cmd",
    "alter_table_cmds",
    "alter_type_cmd",
    "alter_type_cmds",
    "alter_using",
    "alterfunc_opt_list",
    "am_type",
    "analyze_keyword",
    "any_name",
    "any_name_list",
    "any_operator",
    "any_with",
    "arg_class",
    "array_expr",
    "array_expr_list",
    "attr_name",
    "attrs",
    "auth_ident",
    "b_expr",
    "b_expr_prec",
    "bare_label_keyword",
    "bit_string_literal",
    "c_expr",
    "case_arg",
    "case_default",
    "case_expr",
    "cast_context",
    "character",
    "cluster_index_specification",
    "col_name_keyword",
    "columnDef",
    "columnElem",
    "columnList",
    "columnOptions",
    "column_compression",
    "column_storage",
    "columnref",
    "comment",
    "comment_text",
    "common_func_opt_item",
    "common_table_expr",
    "constraints_set_list",
    "constraints_set_mode",
    "copy_delimiter",
    "copy_file_name",
    "copy_from",
    "copy_generic_opt_arg",
    "copy_generic_opt_arg_list",
    "copy_generic_opt_arg_list_item",
    "copy_generic_opt_elem",
    "copy_generic_opt_list",
    "copy_opt_item",
    "copy_opt_list",
    "copy_options",
    "create_as_target",
    "create_extension_opt_item",
    "create_extension_opt_list",
    "create_generic_options",
    "create_mv_target",
    "createdb_opt_item",
    "createdb_opt_items",
    "createdb_opt_list",
    "createdb_opt_name",
    "createfunc_opt_item",
    "createfunc_opt_list",
    "cte_list",
    "cube_clause",
    "cursor_name",
    "cursor_options",
    "def_arg",
    "def_elem",
    "def_list",
    "defacl_privilege_target",
    "definition",
    "distinct_clause",
    "document_or_content",
    "dollar_quoted_string",
    "dostmt_opt_item",
    "dostmt_opt_list",
    "drop_option",
    "drop_option_list",
    "drop_type_name",
    "empty_grouping_set",
    "enable_trigger",
    "enum_val_list",
    "escape_string_literal",
    "event",
    "event_trigger_value_list",
    "event_trigger_when_item",
    "event_trigger_when_list",
    "execute_param_clause",
    "explicit_row",
    "expr_list",
    "extended_relation_expr",
    "extract_arg",
    "extract_list",
    "fdw_option",
    "fdw_options",
    "fetch_args",
    "file_name",
    "filter_clause",
    "first_or_next",
    "float_literal",
    "for_locking_clause",
    "for_locking_item",
    "for_locking_items",
    "for_locking_strength",
    "foreign_server_version",
    "frame_bound",
    "frame_extent",
    "from_clause",
    "from_in",
    "from_list",
    "func_alias_clause",
    "func_application",
    "func_arg",
    "func_arg_expr",
    "func_arg_list",
    "func_arg_list_opt",
    "func_arg_with_default",
    "func_args",
    "func_args_list",
    "func_args_with_defaults",
    "func_args_with_defaults_list",
    "func_as",
    "func_expr",
    "func_expr_common_subexpr",
    "func_expr_windowless",
    "func_name",
    "func_return",
    "func_table",
    "func_type",
    "function_with_argtypes",
    "function_with_argtypes_list",
    "generated_when",
    "generic_option_arg",
    "generic_option_elem",
    "generic_option_list",
    "generic_option_name",
    "generic_reset",
    "generic_set",
    "grant_role_opt",
    "grant_role_opt_list",
    "grant_role_opt_value",
    "grantee",
    "grantee_list",
    "group_by_item",
    "group_by_list",
    "group_clause",
    "grouping_sets_clause",
    "handler_name",
    "hash_partbound",
    "hash_partbound_elem",
    "having_clause",
    "hex_string_literal",
    "identifier",
    "implicit_row",
    "import_qualification",
    "import_qualification_type",
    "index_elem",
    "index_elem_options",
    "index_including_params",
    "index_params",
    "index_partition_cmd",
    "indirection",
    "indirection_el",
    "insert_column_item",
    "insert_column_list",
    "insert_rest",
    "insert_target",
    "integer_literal",
    "interval_second",
    "into_clause",
    "iso_level",
    "join_qual",
    "join_type",
    "joined_table",
    "json_aggregate_func",
    "json_argument",
    "json_arguments",
    "json_array_aggregate_order_by_clause_opt",
    "json_array_constructor_null_clause_opt",
    "json_behavior",
    "json_behavior_clause_opt",
    "json_behavior_type",
    "json_format_clause",
    "json_format_clause_opt",
    "json_key_uniqueness_constraint_opt",
    "json_name_and_value",
    "json_name_and_value_list",
    "json_object_constructor_null_clause_opt",
    "json_on_error_clause_opt",
    "json_passing_clause_opt",
    "json_predicate_type_constraint",
    "json_quotes_clause_opt",
    "json_returning_clause_opt",
    "json_table",
    "json_table_column_definition",
    "json_table_column_definition_list",
    "json_table_column_path_clause_opt",
    "json_table_path_name_opt",
    "json_value_expr",
    "json_value_expr_list",
    "json_wrapper_behavior",
    "key_action",
    "key_actions",
    "key_delete",
    "key_match",
    "key_update",
    "kw_abort",
    "kw_absent",
    "kw_absolute",
    "kw_access",
    "kw_action",
    "kw_add",
    "kw_admin",
    "kw_after",
    "kw_aggregate",
    "kw_all",
    "kw_also",
    "kw_alter",
    "kw_always",
    "kw_analyse",
    "kw_analyze",
    "kw_and",
    "kw_any",
    "kw_array",
    "kw_as",
    "kw_asc",
    "kw_asensitive",
    "kw_assertion",
    "kw_assignment",
    "kw_asymmetric",
    "kw_at",
    "kw_atomic",
    "kw_attach",
    "kw_attribute",
    "kw_authorization",
    "kw_backward",
    "kw_before",
    "kw_begin",
    "kw_between",
    "kw_bigint",
    "kw_binary",
    "kw_bit",
    "kw_boolean",
    "kw_both",
    "kw_breadth",
    "kw_by",
    "kw_cache",
    "kw_call",
    "kw_called",
    "kw_cascade",
    "kw_cascaded",
    "kw_case",
    "kw_cast",
    "kw_catalog",
    "kw_chain",
    "kw_char",
    "kw_character",
    "kw_characteristics",
    "kw_check",
    "kw_checkpoint",
    "kw_class",
    "kw_close",
    "kw_cluster",
    "kw_coalesce",
    "kw_collate",
    "kw_collation",
    "kw_column",
    "kw_columns",
    "kw_comment",
    "kw_comments",
    "kw_commit",
    "kw_committed",
    "kw_compression",
    "kw_concurrently",
    "kw_conditional",
    "kw_configuration",
    "kw_conflict",
    "kw_connection",
    "kw_constraint",
    "kw_constraints",
    "kw_content",
    "kw_continue",
    "kw_conversion",
    "kw_copy",
    "kw_cost",
    "kw_create",
    "kw_cross",
    "kw_csv",
    "kw_cube",
    "kw_current",
    "kw_current_catalog",
    "kw_current_date",
    "kw_current_role",
    "kw_current_schema",
    "kw_current_time",
    "kw_current_timestamp",
    "kw_current_user",
    "kw_cursor",
    "kw_cycle",
    "kw_data",
    "kw_database",
    "kw_day",
    "kw_deallocate",
    "kw_dec",
    "kw_decimal",
    "kw_declare",
    "kw_default",
    "kw_defaults",
    "kw_deferrable",
    "kw_deferred",
    "kw_definer",
    "kw_delete",
    "kw_delimiter",
    "kw_delimiters",
    "kw_depends",
    "kw_depth",
    "kw_desc",
    "kw_detach",
    "kw_dictionary",
    "kw_disable",
    "kw_discard",
    "kw_distinct",
    "kw_do",
    "kw_document",
    "kw_domain",
    "kw_double",
    "kw_drop",
    "kw_each",
    "kw_else",
    "kw_empty",
    "kw_enable",
    "kw_encoding",
    "kw_encrypted",
    "kw_end",
    "kw_enforced",
    "kw_enum",
    "kw_error",
    "kw_escape",
    "kw_event",
    "kw_except",
    "kw_exclude",
    "kw_excluding",
    "kw_exclusive",
    "kw_execute",
    "kw_exists",
    "kw_explain",
    "kw_expression",
    "kw_extension",
    "kw_external",
    "kw_extract",
    "kw_false",
    "kw_family",
    "kw_fetch",
    "kw_filter",
    "kw_finalize",
    "kw_first",
    "kw_float",
    "kw_following",
    "kw_for",
    "kw_force",
    "kw_foreign",
    "kw_format",
    "kw_forward",
    "kw_freeze",
    "kw_from",
    "kw_full",
    "kw_function",
    "kw_functions",
    "kw_generated",
    "kw_global",
    "kw_grant",
    "kw_granted",
    "kw_greatest",
    "kw_group",
    "kw_grouping",
    "kw_groups",
    "kw_handler",
    "kw_having",
    "kw_header",
    "kw_hold",
    "kw_hour",
    "kw_identity",
    "kw_if",
    "kw_ilike",
    "kw_immediate",
    "kw_immutable",
    "kw_implicit",
    "kw_import",
    "kw_in",
    "kw_include",
    "kw_including",
    "kw_increment",
    "kw_indent",
    "kw_index",
    "kw_indexes",
    "kw_inherit",
    "kw_inherits",
    "kw_initially",
    "kw_inline",
    "kw_inner",
    "kw_inout",
    "kw_input",
    "kw_insensitive",
    "kw_insert",
    "kw_instead",
    "kw_int",
    "kw_integer",
    "kw_intersect",
    "kw_interval",
    "kw_into",
    "kw_invoker",
    "kw_is",
    "kw_isnull",
    "kw_isolation",
    "kw_join",
    "kw_json",
    "kw_json_array",
    "kw_json_arrayagg",
    "kw_json_exists",
    "kw_json_object",
    "kw_json_objectagg",
    "kw_json_query",
    "kw_json_scalar",
    "kw_json_serialize",
    "kw_json_table",
    "kw_json_value",
    "kw_keep",
    "kw_key",
    "kw_keys",
    "kw_label",
    "kw_language",
    "kw_large",
    "kw_last",
    "kw_lateral",
    "kw_leading",
    "kw_leakproof",
    "kw_least",
    "kw_left",
    "kw_level",
    "kw_like",
    "kw_limit",
    "kw_listen",
    "kw_load",
    "kw_local",
    "kw_localtime",
    "kw_localtimestamp",
    "kw_location",
    "kw_lock",
    "kw_locked",
    "kw_logged",
    "kw_mapping",
    "kw_match",
    "kw_matched",
    "kw_materialized",
    "kw_maxvalue",
    "kw_merge",
    "kw_merge_action",
    "kw_method",
    "kw_minute",
    "kw_minvalue",
    "kw_mode",
    "kw_month",
    "kw_move",
    "kw_name",
    "kw_names",
    "kw_national",
    "kw_natural",
    "kw_nchar",
    "kw_nested",
    "kw_new",
    "kw_next",
    "kw_nfc",
    "kw_nfd",
    "kw_nfkc",
    "kw_nfkd",
    "kw_no",
    "kw_none",
    "kw_normalize",
    "kw_normalized",
    "kw_not",
    "kw_nothing",
    "kw_notify",
    "kw_notnull",
    "kw_nowait",
    "kw_null",
    "kw_nullif",
    "kw_nulls",
    "kw_numeric",
    "kw_object",
    "kw_objects",
    "kw_of",
    "kw_off",
    "kw_offset",
    "kw_oids",
    "kw_old",
    "kw_omit",
    "kw_on",
    "kw_only",
    "kw_operator",
    "kw_option",
    "kw_options",
    "kw_or",
    "kw_order",
    "kw_ordinality",
    "kw_others",
    "kw_out",
    "kw_outer",
    "kw_over",
    "kw_overlaps",
    "kw_overlay",
    "kw_overriding",
    "kw_owned",
    "kw_owner",
    "kw_parallel",
    "kw_parameter",
    "kw_parser",
    "kw_partial",
    "kw_partition",
    "kw_passing",
    "kw_password",
    "kw_path",
    "kw_period",
    "kw_placing",
    "kw_plan",
    "kw_plans",
    "kw_policy",
    "kw_position",
    "kw_preceding",
    "kw_precision",
    "kw_prepare",
    "kw_prepared",
    "kw_preserve",
    "kw_primary",
    "kw_prior",
    "kw_privileges",
    "kw_procedural",
    "kw_procedure",
    "kw_procedures",
    "kw_program",
    "kw_publication",
    "kw_quote",
    "kw_quotes",
    "kw_range",
    "kw_read",
    "kw_real",
    "kw_reassign",
    "kw_recursive",
    "kw_ref",
    "kw_references",
    "kw_referencing",
    "kw_refresh",
    "kw_reindex",
    "kw_relative",
    "kw_release",
    "kw_rename",
    "kw_repeatable",
    "kw_replace",
    "kw_replica",
    "kw_reset",
    "kw_restart",
    "kw_restrict",
    "kw_return",
    "kw_returning",
    "kw_returns",
    "kw_revoke",
    "kw_right",
    "kw_role",
    "kw_rollback",
    "kw_rollup",
    "kw_routine",
    "kw_routines",
    "kw_row",
    "kw_rows",
    "kw_rule",
    "kw_savepoint",
    "kw_scalar",
    "kw_schema",
    "kw_schemas",
    "kw_scroll",
    "kw_search",
    "kw_second",
    "kw_security",
    "kw_select",
    "kw_sequence",
    "kw_sequences",
    "kw_serializable",
    "kw_server",
    "kw_session",
    "kw_session_user",
    "kw_set",
    "kw_setof",
    "kw_sets",
    "kw_share",
    "kw_show",
    "kw_similar",
    "kw_simple",
    "kw_skip",
    "kw_smallint",
    "kw_snapshot",
    "kw_some",
    "kw_source",
    "kw_sql",
    "kw_stable",
    "kw_standalone",
    "kw_start",
    "kw_statement",
    "kw_statistics",
    "kw_stdin",
    "kw_stdout",
    "kw_storage",
    "kw_stored",
    "kw_strict",
    "kw_string",
    "kw_strip",
    "kw_subscription",
    "kw_substring",
    "kw_support",
    "kw_symmetric",
    "kw_sysid",
    "kw_system",
    "kw_system_user",
    "kw_table",
    "kw_tables",
    "kw_tablesample",
    "kw_tablespace",
    "kw_target",
    "kw_temp",
    "kw_template",
    "kw_temporary",
    "kw_text",
    "kw_then",
    "kw_ties",
    "kw_time",
    "kw_timestamp",
    "kw_to",
    "kw_trailing",
    "kw_transaction",
    "kw_transform",
    "kw_treat",
    "kw_trigger",
    "kw_trim",
    "kw_true",
    "kw_truncate",
    "kw_trusted",
    "kw_type",
    "kw_types",
    "kw_uescape",
    "kw_unbounded",
    "kw_uncommitted",
    "kw_unconditional",
    "kw_unencrypted",
    "kw_union",
    "kw_unique",
    "kw_unknown",
    "kw_unlisten",
    "kw_unlogged",
    "kw_until",
    "kw_update",
    "kw_user",
    "kw_using",
    "kw_vacuum",
    "kw_valid",
    "kw_validate",
    "kw_validator",
    "kw_value",
    "kw_values",
    "kw_varchar",
    "kw_variadic",
    "kw_varying",
    "kw_verbose",
    "kw_version",
    "kw_view",
    "kw_views",
    "kw_virtual",
    "kw_volatile",
    "kw_when",
    "kw_where",
    "kw_whitespace",
    "kw_window",
    "kw_with",
    "kw_within",
    "kw_without",
    "kw_work",
    "kw_wrapper",
    "kw_write",
    "kw_xml",
    "kw_xmlattributes",
    "kw_xmlconcat",
    "kw_xmlelement",
    "kw_xmlexists",
    "kw_xmlforest",
    "kw_xmlnamespaces",
    "kw_xmlparse",
    "kw_xmlpi",
    "kw_xmlroot",
    "kw_xmlserialize",
    "kw_xmltable",
    "kw_year",
    "kw_yes",
    "kw_zone",
    "limit_clause",
    "lock_type",
    "locked_rels_list",
    "merge_delete",
    "merge_insert",
    "merge_update",
    "merge_values_clause",
    "merge_when_clause",
    "merge_when_list",
    "merge_when_tgt_matched",
    "merge_when_tgt_not_matched",
    "name",
    "name_list",
    "notify_payload",
    "object_type_any_name",
    "object_type_name",
    "object_type_name_on_any_name",
    "offset_clause",
    "old_aggr_definition",
    "old_aggr_elem",
    "old_aggr_list",
    "opclass_drop",
    "opclass_drop_list",
    "opclass_item",
    "opclass_item_list",
    "opclass_purpose",
    "oper_argtypes",
    "operator",
    "operator_def_arg",
    "operator_def_elem",
    "operator_def_list",
    "operator_with_argtypes",
    "operator_with_argtypes_list",
    "opt_alias_clause",
    "opt_alias_clause_for_join_using",
    "opt_all_clause",
    "opt_analyze",
    "opt_array_bounds",
    "opt_as",
    "opt_asc_desc",
    "opt_asymmetric",
    "opt_binary",
    "opt_boolean_or_string",
    "opt_by",
    "opt_c_include",
    "opt_check_option",
    "opt_col_def_list",
    "opt_collate",
    "opt_collate_clause",
    "opt_column",
    "opt_column_and_period_list",
    "opt_column_compression",
    "opt_column_list",
    "opt_column_storage",
    "opt_concurrently",
    "opt_conf_expr",
    "opt_createfunc_opt_list",
    "opt_cycle_clause",
    "opt_default",
    "opt_definition",
    "opt_drop_behavior",
    "opt_encoding",
    "opt_enum_val_list",
    "opt_equal",
    "opt_existing_window_name",
    "opt_fdw_options",
    "opt_float",
    "opt_for_locking_clause",
    "opt_foreign_server_version",
    "opt_frame_clause",
    "opt_freeze",
    "opt_from_in",
    "opt_full",
    "opt_grant_grant_option",
    "opt_granted_by",
    "opt_hold",
    "opt_if_exists",
    "opt_if_not_exists",
    "opt_in_database",
    "opt_include",
    "opt_indirection",
    "opt_inline_handler",
    "opt_instead",
    "opt_interval",
    "opt_lock",
    "opt_materialized",
    "opt_merge_when_condition",
    "opt_name_list",
    "opt_no",
    "opt_no_inherit",
    "opt_nowait",
    "opt_nowait_or_skip",
    "opt_nulls_order",
    "opt_on_conflict",
    "opt_opfamily",
    "opt_or_replace",
    "opt_ordinality",
    "opt_outer",
    "opt_partition_clause",
    "opt_procedural",
    "opt_program",
    "opt_provider",
    "opt_qualified_name",
    "opt_reindex_option_list",
    "opt_reloptions",
    "opt_repeatable_clause",
    "opt_restart_seqs",
    "opt_restrict",
    "opt_routine_body",
    "opt_search_clause",
    "opt_select_limit",
    "opt_set_data",
    "opt_single_name",
    "opt_slice_bound",
    "opt_sort_clause",
    "opt_table",
    "opt_target_list",
    "opt_timezone",
    "opt_transaction",
    "opt_transaction_chain",
    "opt_trusted",
    "opt_type",
    "opt_type_modifiers",
    "opt_unique",
    "opt_unique_null_treatment",
    "opt_using",
    "opt_vacuum_relation_list",
    "opt_validator",
    "opt_varying",
    "opt_verbose",
    "opt_virtual_or_stored",
    "opt_window_exclusion_clause",
    "opt_with",
    "opt_with_clause",
    "opt_with_data",
    "opt_without_overlaps",
    "opt_xml_root_standalone",
    "optionalPeriodName",
    "over_clause",
    "overlay_list",
    "override_kind",
    "param",
    "param_name",
    "parameter_name",
    "parameter_name_list",
    "part_elem",
    "part_params",
    "partition_cmd",
    "path_opt",
    "position_list",
    "prep_type_clause",
    "privilege",
    "privilege_list",
    "privilege_target",
    "privileges",
    "pub_obj_list",
    "qual_Op",
    "qual_all_Op",
    "qualified_name",
    "qualified_name_list",
    "quoted_identifier",
    "reindex_target_all",
    "reindex_target_relation",
    "relation_expr",
    "relation_expr_list",
    "relation_expr_opt_alias",
    "reloption_elem",
    "reloption_list",
    "reloptions",
    "replica_identity",
    "reserved_keyword",
    "reset_rest",
    "returning_clause",
    "returning_option",
    "returning_option_kind",
    "returning_options",
    "returning_with_clause",
    "role_list",
    "rollup_clause",
    "routine_body_stmt",
    "routine_body_stmt_list",
    "row",
    "row_or_rows",
    "row_security_cmd",
    "rowsfrom_item",
    "rowsfrom_list",
    "schema_stmt",
    "security_label",
    "select_clause",
    "select_fetch_first_value",
    "select_limit",
    "select_limit_value",
    "select_no_parens",
    "select_offset_value",
    "select_with_parens",
    "set_access_method_name",
    "set_clause",
    "set_clause_list",
    "set_quantifier",
    "set_rest",
    "set_rest_more",
    "set_statistics_value",
    "set_target",
    "set_target_list",
    "simple_select",
    "sort_clause",
    "sortby",
    "sortby_list",
    "source_file",
    "stats_param",
    "stats_params",
    "stmt",
    "string_literal",
    "sub_type",
    "subquery_Op",
    "substr_list",
    "table_access_method_clause",
    "table_func_column",
    "table_func_column_list",
    "table_ref",
    "tablesample_clause",
    "target_el",
    "target_list",
    "toplevel_stmt",
    "transaction_mode_item",
    "transaction_mode_list",
    "transaction_mode_list_or_empty",
    "transform_element_list",
    "transform_type_list",
    "trim_list",
    "type_func_name_keyword",
    "type_function_name",
    "type_list",
    "type_name_list",
    "unicode_normal_form",
    "unreserved_keyword",
    "using_clause",
    "utility_option_arg",
    "utility_option_elem",
    "utility_option_list",
    "utility_option_name",
    "vacuum_relation",
    "vacuum_relation_list",
    "validator_clause",
    "values_clause",
    "var_list",
    "var_name",
    "var_value",
    "when_clause",
    "when_clause_list",
    "where_clause",
    "where_or_current_clause",
    "window_clause",
    "window_definition",
    "window_definition_list",
    "window_specification",
    "with_clause",
    "within_group_clause",
    "xml_attribute_el",
    "xml_attribute_list",
    "xml_attributes",
    "xml_indent_option",
    "xml_namespace_el",
    "xml_namespace_list",
    "xml_passing_mech",
    "xml_root_version",
    "xml_whitespace_option",
    "xmlexists_argument",
    "xmltable",
    "xmltable_column_el",
    "xmltable_column_list",
    "xmltable_column_option_el",
    "xmltable_column_option_list",
    "zone_value",
];

/// The punctuation marks, sorted.
#[rustfmt::skip]
pub(crate) const MARKS: [&str; 23] = [
    "%",
    "(",
    ")",
    "*",
    "+",
    ",",
    "-",
    ".",
    "/",
    ":",
    "::",
    ":=",
    ";",
    "<",
    "<=",
    "<>",
    "=",
    "=>",
    ">",
    ">=",
    "[",
    "]",
    "^",
];
